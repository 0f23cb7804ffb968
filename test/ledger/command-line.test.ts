import { expect, test } from "vitest";
import { commandLine } from "../../src/ledger/command-line.js";

test.each([
  ["neither flag for the defaults", "default", "couchdb-migrate", true, ""],
  ["the set", "billing", "couchdb-migrate", true, " --set billing"],
  ["the ledger's database", "default", "ledgers", false, " --ledger-database ledgers"],
  [
    "the ledger's database, even if it has the default name",
    "default",
    "couchdb-migrate",
    false,
    " --ledger-database couchdb-migrate",
  ],
  ["both, quoted for a shell", "a.b-c", "led$(g)er", false, " --set a.b-c --ledger-database 'led$(g)er'"],
  [
    "placeholders for names that the flags would refuse",
    "`rm`\x1b",
    "x'y",
    false,
    " --set SET --ledger-database DATABASE",
  ],
])("a command in a message has %s", (_, set, database, own, flags) => {
  expect(commandLine("ledger forget legs", { set, database, own })).toBe(
    `\`couchdb-migrate ledger forget legs${flags}\``,
  );
});
