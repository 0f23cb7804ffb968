/** With `--log-format json` every line of both streams is JSON, whatever the command and however it ends. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { MigrateError } from "../../src/contract/errors.js";
import { commandNames } from "../../src/settings/setting.js";
import { type CallOptions, call, service } from "./call.js";

const lines = (text: string) => text.split("\n").filter((line) => line !== "");
const arguments_: Partial<Record<string, string>> = {
  "ledger forget": " a",
  "ledger accept": " a",
  new: " orders",
  sandbox: " --port 0",
  completion: " bash",
};
const failing = { apply: vi.fn(async () => Promise.reject(new MigrateError("conflict", { message: "a\nb" }))) };

test.each<[string, CallOptions]>([
  // `dev` runs until it is stopped, and prints a line per round: see dev/dev.test.ts.
  ...commandNames
    .filter((name) => name !== "dev")
    .map((name): [string, CallOptions] => [
      `${name}${arguments_[name] ?? ""} --log-format json`,
      // The sandbox ends immediately.
      name === "sandbox" ? { env: {}, signal: AbortSignal.abort() } : {},
    ]),
  ["plan --format text --log-format json", {}],
  ["plan --format markdown --log-format json --color", {}],
  ["apply --dry-run --log-format=json", {}],
  ["apply --log-format json", { engine: failing }],
  ["plan", { env: { ...service, COUCHDB_MIGRATE_LOG_FORMAT: "json" } }],
  ["plan", { files: { "couchdb-migrate.yaml": "logFormat: json\n" } }],
  ["aplly", { files: { "couchdb-migrate.yaml": "logFormat: json\n" } }],
  ["aplly --log-format json", {}],
  ["ledger forget --log-format json", {}],
  ["apply --verify=perhaps --log-format=json", {}],
  ["apply --wait 5 --log-format json", {}],
  ["--log-format json", {}],
  ["apply --help --log-format json", {}],
  ["--version --log-format json", {}],
])("%s: case %#", async (line, options) => {
  const { stdout, stderr } = await call(line.split(" "), options);
  expect(lines(stdout + stderr).length).toBeGreaterThan(0);
  for (const one of lines(stdout + stderr)) expect(() => JSON.parse(one), one).not.toThrow();
  expect(lines(stdout).length).toBeLessThanOrEqual(1);
});

test.each(["apply", "plan", "status", "validate", "import"])(
  "%s prints the same JSON as with --format json",
  async (name) => {
    const [asLine, asDocument] = [await call([name, "--log-format", "json"]), await call([name, "--format", "json"])];
    expect(JSON.parse(asLine.stdout)).toEqual(JSON.parse(asDocument.stdout));
  },
);

test("another requested format becomes the text of the JSON line, without color", async () => {
  const { stdout } = await call(["plan", "--format", "markdown", "--log-format", "json", "--color"]);
  expect(JSON.parse(stdout)).toEqual({
    formatVersion: 1,
    text: expect.stringMatching(/^## CouchDB plan: no changes\n/),
  });
});

test("a plan in a file has the requested format", async () => {
  const { stdout, folder } = await call(["plan", "--out", "plan.txt", "--log-format", "json"]);
  expect(stdout).toBe("");
  expect(await readFile(join(folder, "plan.txt"), "utf8")).toMatch(/^Plan for /);
});
