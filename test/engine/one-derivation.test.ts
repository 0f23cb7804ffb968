/** The cost of secrets for a run: one derivation, however many secrets there are, and however often the run reads. */
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { loginEnv, runCli } from "../support/cli.js";
import { databaseName, freshDatabase, uniqueName } from "../support/databases.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

/** Loaded before the tool: writes the number of its derivations into the file that DERIVATIONS names. */
const counter = `
const crypto = require("node:crypto");
const { syncBuiltinESMExports } = require("node:module");
const { writeFileSync } = require("node:fs");
const { scrypt } = crypto;
let count = 0;
crypto.scrypt = (...args) => { count += 1; return scrypt(...args); };
syncBuiltinESMExports();
process.on("exit", () => writeFileSync(process.env.DERIVATIONS, String(count)));
`;

it("derives one key per run, whether the secrets are new, unchanged or changed", async () => {
  const { url, admin } = server();
  const set = uniqueName("derived");
  const ledgerDatabase = await freshDatabase("ledger");
  const database = databaseName("derived");
  const names = [uniqueName("user"), uniqueName("user"), uniqueName("user")];
  const run = async (passwords: string, more = "") => {
    const steps = names.map(
      (name) => `- id: ${name}\n  ensureUser: { name: ${name}, password: ${passwords}-${name} }\n`,
    );
    const folder = await tempFolder({ "migrations/001.yaml": steps.join("") + more, "counter.cjs": counter });
    const args = [
      "apply",
      `${folder}/migrations`,
      "--set",
      set,
      "--ledger-database",
      ledgerDatabase,
      "--format",
      "json",
    ];
    const env = {
      ...loginEnv(url, admin),
      NODE_OPTIONS: `--require ${folder}/counter.cjs`,
      DERIVATIONS: `${folder}/derivations`,
    };
    const { code, stdout, stderr } = await runCli(args, { env });
    expect(code, stderr).toBe(0);
    return [JSON.parse(stdout).applied.length, Number(await readFile(`${folder}/derivations`, "utf8"))];
  };
  expect(await run("creep-and-more")).toEqual([3, 1]);
  expect(await run("creep-and-more")).toEqual([0, 1]);
  const another = `- id: made\n  ensureDatabase: { name: ${database} }\n`;
  expect(await run("creep-and-more", another)).toEqual([1, 1]);
  expect(await run("spore-and-more", another)).toEqual([3, 1]);
});
