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
  expect(commandLine("ledger forget", { set, database, own }, { id: "legs" })).toBe(
    `\`couchdb-migrate ledger forget legs${flags}\``,
  );
});

test.each([
  ["nothing, if it is an id that files may have", { id: "legs-2.a_b" }, "legs-2.a_b"],
  ["quotes around spaces", { id: "two legs" }, "'two legs'"],
  ["quotes around what a shell would run", { id: "$(rm) `x`" }, "'$(rm) `x`'"],
  ["an escaped quote", { id: "zerg's" }, "'zerg'\\''s'"],
  ["a placeholder for what a terminal would not show", { id: "a\x1b[2J\nb" }, "ID"],
  ["a placeholder for what looks like a flag", { id: "--set" }, "ID"],
  ["no path, if it is the default", { id: "legs", path: "./migrations" }, "legs"],
  ["the path, quoted for a shell", { id: "legs", path: "./my files" }, "legs './my files'"],
])("an argument of a command in a message has %s", (_, given, shown) => {
  const place = { set: "default", database: "couchdb-migrate", own: true };
  expect(commandLine("ledger accept", place, given)).toBe(`\`couchdb-migrate ledger accept ${shown}\``);
});
