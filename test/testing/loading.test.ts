/** No other command loads the code of the tests. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { testPrefix } from "../../src/testing/test-databases.js";
import { root, runCli } from "../support/cli.js";
import { tempFolder } from "../support/temp.js";

const trace = `process.on("exit", () => {
  const { writeFileSync } = require("node:fs");
  writeFileSync(process.env.TRACE, JSON.stringify(Object.keys(require.cache)));
});`;

it.each([
  ["test", true],
  ["plan --sandbox", false],
  ["apply --sandbox", false],
  ["validate", false],
])("%s: %j", async (line, loads) => {
  const folder = await tempFolder({ "trace.cjs": trace });
  const loaded = join(folder, "loaded.json");
  const env = { NODE_OPTIONS: `--require ${join(folder, "trace.cjs")}`, TRACE: loaded };
  const login = { COUCHDB_USERNAME: "overmind", COUCHDB_PASSWORD: "secret" };
  const { code } = await runCli(line.split(" "), { cwd: root, env: { ...env, ...login } });
  expect(code).toBe(0);
  const files: string[] = JSON.parse(await readFile(loaded, "utf8"));
  const bundled = files.filter((file) => file.includes("/dist/"));
  const texts = await Promise.all(bundled.map((file) => readFile(file, "utf8")));
  expect(texts.some((text) => text.includes(testPrefix))).toBe(loads);
});
