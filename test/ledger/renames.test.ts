import { expect, test } from "vitest";
import type { Entry, Ledger } from "../../src/ledger/ledger.js";
import { renameEntries } from "../../src/ledger/renames.js";

const entry = (checksum: string, ...formerly: string[]): Entry => ({
  kind: "k",
  checksum,
  former: [],
  ...(formerly.length > 0 ? { formerly } : {}),
  appliedAt: "",
  milliseconds: 1,
  version: "1",
  databases: {},
});

function ledger(entries: Record<string, Entry>): Ledger {
  return { formatVersion: 1, set: "s", entries };
}

const step = (id: string, ...formerly: string[]) => ({ id, kind: "k", checksum: "1:a", formerly });

test.each<[string, Record<string, Entry>, ReturnType<typeof step>[], string[], string[], string[]]>([
  // The ledger's entries and the steps; then the ids in the ledger, `now <- then`, and ambiguous ids.
  ["an entry moves to the new id", { a: entry("1:a") }, [step("b", "a")], ["b"], ["b <- a"], []],
  ["an edited step takes its entry with it", { a: entry("1:x") }, [step("b", "a")], ["b"], ["b <- a"], []],
  ["only a former id with an entry counts", { a: entry("1:a") }, [step("c", "b", "a")], ["c"], ["c <- a"], []],
  ["an entry that was carried over stays", { b: entry("1:a", "a") }, [step("b", "a")], ["b"], [], []],
  ["both ids were applied", { a: entry("1:a"), b: entry("1:a") }, [step("b", "a")], ["a", "b"], [], ["b, a"]],
  [
    "two former ids were applied",
    { a: entry("1:a"), b: entry("1:a") },
    [step("c", "a", "b")],
    ["a", "b"],
    [],
    ["c, b"],
  ],
  [
    "a stale copy brought back an entry that was carried over",
    { a: entry("1:a"), b: entry("1:a", "a") },
    [step("b", "a")],
    ["a", "b"],
    [],
    [],
  ],
  ["files from before the rename find their entry", { b: entry("1:a", "a") }, [step("a")], ["a"], ["a <- b"], []],
  ["another step with the former id finds no entry", { b: entry("1:x", "a") }, [step("a")], ["b"], [], []],
  [
    "a former id that is reused alongside the renamed step",
    { b: entry("1:a", "a") },
    [step("a"), step("b")],
    ["b"],
    [],
    [],
  ],
  [
    "two steps swap ids",
    { a: entry("1:a"), b: entry("1:a") },
    [step("c", "a"), step("d", "b")],
    ["c", "d"],
    ["c <- a", "d <- b"],
    [],
  ],
])("%s", (_, entries, steps, ids, renames, doubts) => {
  const found = renameEntries(ledger(entries), steps);
  expect(Object.keys(found.ledger?.entries ?? {})).toEqual(ids);
  expect([...found.renames].map(([now, then]) => `${now} <- ${then}`)).toEqual(renames);
  expect([...found.ambiguous].map(([id, former]) => `${id}, ${former}`)).toEqual(doubts);
});
