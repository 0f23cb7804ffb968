/** Warnings about the connection, and from Node.js, in a log of JSON lines. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../support/cli.js";
import { tempFolder } from "../support/temp.js";

async function linesOf(env: Readonly<Record<string, string>>) {
  const folder = await tempFolder({ "warn.cjs": 'process.emitWarning("something is old", "DeprecationWarning");' });
  const own = {
    COUCHDB_USERNAME: "ann",
    COUCHDB_PASSWORD: "geheim",
    NODE_OPTIONS: `--require=${join(folder, "warn.cjs")}`,
  };
  const { stderr } = await runCli(["wait", "--wait", "1ms", "--log-format", "json"], { env: { ...own, ...env } });
  return stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test("an unchecked certificate is reported once, by the tool and not by Node.js", async () => {
  const lines = await linesOf({ COUCHDB_URL: "https://127.0.0.1:1", NODE_TLS_REJECT_UNAUTHORIZED: "0" });
  const said = lines.filter((line) => JSON.stringify(line).includes("NODE_TLS_REJECT_UNAUTHORIZED"));
  expect(said).toMatchObject([{ level: "warn", event: "warning", code: "tls-unverified" }]);
});

test("a password over plain HTTP, and warnings from Node.js, are reported", async () => {
  const lines = await linesOf({ COUCHDB_URL: "http://couch.invalid:1" });
  const warnings = lines.filter(({ level }) => level === "warn");
  expect(warnings).toMatchObject([
    { msg: "Node.js: DeprecationWarning: something is old" },
    { code: "plain-http", msg: expect.stringContaining("couch.invalid") },
  ]);
});
