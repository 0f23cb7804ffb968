import { describe, expect, it } from "vitest";
import type { Entry, Ledger } from "../../src/ledger/ledger.js";
import { mergeLedgers } from "../../src/ledger/merge.js";

function entry(checksum: string, minute = 0, ...former: string[]): Entry {
  const appliedAt = `2024-01-01T00:0${minute}:00.000Z`;
  return { kind: "ensureDatabase", checksum, former, appliedAt, milliseconds: 1, version: "1", databases: {} };
}

function ledger(entries: Record<string, Entry>, more: Partial<Ledger> = {}): Ledger {
  return { formatVersion: 1, set: "s", entries, ...more };
}

const a = entry("1:a");
const b = entry("1:b", 1, "1:a");
const early = entry("1:c", 0, "1:a");

describe("an entry is", () => {
  it.each([
    ["kept, if only we have it", undefined, {}, { x: a }, { x: a }],
    ["added, if only they have it", undefined, { x: a }, {}, { x: a }],
    ["added, even if we knew it and left it out", { x: a }, { x: a }, {}, { x: a }],
    ["kept from both sides", undefined, { x: a }, { y: b }, { x: a, y: b }],
    ["ours, if only we changed it", { x: a }, { x: a }, { x: b }, { x: b }],
    [
      "ours, if only we changed it, whatever the clock",
      { x: b },
      { x: b },
      { x: early },
      { x: entry("1:c", 0, "1:a", "1:b") },
    ],
    ["theirs, if only they changed it", { x: a }, { x: b }, { x: a }, { x: b }],
    ["the later one, if both changed it", { x: a }, { x: b }, { x: early }, { x: entry("1:b", 1, "1:a", "1:c") }],
    ["the later one, without a base", undefined, { x: b }, { x: early }, { x: entry("1:b", 1, "1:a", "1:c") }],
    ["ours at the same instant", undefined, { x: a }, { x: early }, { x: early }],
    [
      "without its own checksum among the former ones",
      undefined,
      { x: entry("1:b", 0, "1:c") },
      { x: entry("1:c", 1) },
      { x: entry("1:c", 1, "1:b") },
    ],
    [
      "safe even with the name of a built-in",
      undefined,
      { constructor: a },
      { toString: b },
      { constructor: a, toString: b },
    ],
  ] as [
    string,
    Record<string, Entry> | undefined,
    Record<string, Entry>,
    Record<string, Entry>,
    Record<string, Entry>,
  ][])("%s", (_, base, theirs, ours, expected) => {
    const merged = mergeLedgers(base && ledger(base), ledger(theirs), ledger(ours));
    expect(merged.entries).toEqual(expected);
  });

  it("kept even under the name __proto__", () => {
    const theirs = ledger(JSON.parse(JSON.stringify({ x: a }).replace("x", "__proto__")));
    expect(Object.keys(mergeLedgers(undefined, theirs, ledger({})).entries)).toEqual(["__proto__"]);
  });
});

describe("apart from the entries", () => {
  it.each([
    ["nodes are ours, if we changed them", ["a"], ["a"], ["b"], ["b"]],
    ["nodes are theirs, if only they changed them", ["a"], ["b"], ["a"], ["b"]],
    ["nodes are theirs, if we have none", undefined, ["b"], undefined, ["b"]],
    ["nodes are absent, if nobody has any", undefined, undefined, undefined, undefined],
  ])("%s", (_, base, theirs, ours, expected) => {
    const of = (nodes: string[] | undefined) => ledger({}, nodes ? { nodes } : {});
    expect(mergeLedgers(of(base), of(theirs), of(ours)).nodes).toEqual(expected);
  });

  it("fields of a later version are kept", () => {
    const theirs = { ...ledger({}), invented: 1 } as Ledger;
    expect(mergeLedgers(undefined, theirs, ledger({}))).toHaveProperty("invented", 1);
  });
});

describe("what was noted", () => {
  const noted = (versions: Record<string, number>, release?: [string, number]): Ledger =>
    ledger({}, { versions, ...(release ? { release: { value: release[0], at: release[1] } } : {}) });

  it.each([
    ["by us is added", { a: 1 }, { a: 1 }, { a: 1, b: 2 }, { a: 1, b: 2 }],
    ["by them is kept", { a: 1 }, { a: 1, b: 2 }, { a: 1 }, { a: 1, b: 2 }],
    ["is not lost to a stale copy", { a: 1, b: 2 }, { a: 1 }, { a: 1, b: 2 }, { a: 1, b: 2 }],
    ["twice gets the later place", { a: 1, b: 2 }, { a: 3, b: 2 }, { a: 1, b: 2 }, { a: 3, b: 2 }],
  ] as [string, Record<string, number>, Record<string, number>, Record<string, number>, Record<string, number>][])(
    "%s",
    (_, base, theirs, ours, expected) => {
      expect(mergeLedgers(noted(base), noted(theirs), noted(ours)).versions).toEqual(expected);
    },
  );

  it("later decides the release", () => {
    const [early, late] = [noted({ a: 1 }, ["7", 1]), noted({ a: 1, b: 2 }, ["3", 2])];
    expect(mergeLedgers(early, late, early).release?.value).toBe("3");
    expect(mergeLedgers(early, early, late).release?.value).toBe("3");
  });

  it("about replaced secrets is merged from both sides", () => {
    const print = (hash: string, ...former: string[]) =>
      ledger({}, { fingerprint: { ids: [], salt: "s", hash, n: 1, r: 1, p: 1, former } });
    const merged = mergeLedgers(print("a"), print("b", "a"), print("c", "x"));
    expect(merged.fingerprint).toMatchObject({ hash: "c", former: ["a", "x"] });
  });
});
