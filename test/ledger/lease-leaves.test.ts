import { describe, expect, it } from "vitest";
import { holding, judge, mayTake, nextWrite, own, watch } from "../../src/ledger/lease-leaves.js";
import { type Leaf, parseLeaves } from "../../src/ledger/parse-leaves.js";

/** `3-b<2-a anna#4`: revision, parent, holder (`-`: nobody; `x`: a tombstone), token. */
function leaf(text: string): Leaf {
  const [, rev = "", parent, holder = "", token] = /^([^< ]+)(?:<(\S+))? ([^#]+)#(\d+)$/.exec(text) ?? [];
  return {
    rev,
    parent,
    deleted: holder === "x",
    holder: holder === "x" || holder === "-" ? null : holder,
    nonce: holder,
    token: Number(token),
    since: "",
    ttl: 0,
  };
}

const leaves = (...texts: string[]) => texts.map(leaf);

describe("what a new holder writes", () => {
  it.each([
    ["a new document, without a leaf", leaves(), { on: undefined, token: 1 }],
    ["after the only leaf", leaves("2-a -#1"), { on: "2-a", token: 2 }],
    ["after the highest generation, compared as a number", leaves("9-f -#1", "10-a -#1"), { on: "10-a", token: 2 }],
    ["after the highest revision of a generation", leaves("3-a -#1", "3-b -#1"), { on: "3-b", token: 2 }],
    ["with a token above that of a lower leaf", leaves("2-a -#7", "3-b -#1"), { on: "3-b", token: 8 }],
    ["with a token above that of a tombstone", leaves("4-a x#9", "2-b -#1"), { on: "2-b", token: 10 }],
    ["a new document, if only tombstones are left", leaves("4-a x#9"), { on: undefined, token: 10 }],
    ["after the stray leaf, if it is the highest", leaves("3-a anna#1", "4-b -#1"), { on: "4-b", token: 2 }],
  ])("%s", (_, given, expected) => expect(nextWrite(given)).toEqual(expected));
});

describe("a candidate", () => {
  const seen = new Set(["3-p", "3-q"]);
  const won = (...tombstones: [string, boolean][]) => ({ yield: false, tombstones });
  it.each([
    ["wins if it is alone", leaves("4-m<3-p me#2"), won()],
    ["wins over a sibling", leaves("4-m<3-p me#2", "4-s<3-p eva#2"), won(["4-s", false])],
    ["wins over a sibling of a new document", leaves("1-m me#1", "1-s eva#1"), won(["1-s", false])],
    ["must delete the leaf that it had judged", leaves("4-m<3-p me#2", "3-q<2-z eva#1"), won(["3-q", true])],
    ["leaves tombstones alone", leaves("4-m<3-p me#2", "9-x<8-x x#1"), won()],
    ["yields to a winner on another parent", leaves("4-m<3-p me#2", "4-o<3-q eva#2"), { yield: true }],
    ["yields to a renewal of the leaf that it had judged", leaves("4-m<3-p me#2", "4-r<3-q eva#1"), { yield: true }],
    ["yields to a sibling's released leaf", leaves("4-m<3-p me#2", "5-s<4-s -#2"), { yield: true }],
    ["yields if its leaf is not shown", leaves("4-s<3-p eva#2"), { yield: true }],
    ["yields if its leaf was deleted", leaves("4-m<3-p x#2"), { yield: true }],
    ["yields if its leaf has a successor", leaves("5-n<4-m me#2"), { yield: true }],
  ])("%s", (_, given, expected) => {
    const mine = given[0]?.rev.endsWith("m") ? given[0].rev : "4-m";
    const verdict = judge(given, mine, seen);
    const shown = verdict.yield
      ? { yield: true }
      : { yield: false, tombstones: verdict.tombstones.map(({ leaf, mustSucceed }) => [leaf.rev, mustSucceed]) };
    expect(shown).toEqual(expected);
  });
});

describe("a held lease may be taken", () => {
  /** Reads of the leaves, each requested and answered at these times; may the last read take the lease? */
  const mayBeTaken = (ttl: number, ...reads: [asked: number, answered: number, leaves: Leaf[]][]) => {
    let watching: ReturnType<typeof watch> | undefined;
    let verdict = false;
    for (const [asked, answered, seen] of reads) {
      watching = watch(watching, seen, answered);
      verdict = mayTake(seen, watching, asked, ttl);
    }
    return verdict;
  };
  const anna = leaves("3-a anna#1");
  const renewed = leaves("4-b anna#1");
  const slow = [{ ...leaf("3-a anna#1"), ttl: 60 }];
  it.each([
    ["immediately, if nobody holds it", mayBeTaken(30, [0, 1, leaves("3-a -#1")]), true],
    ["immediately, if there is no leaf", mayBeTaken(30, [0, 1, []]), true],
    ["not after the first read", mayBeTaken(30, [0, 1, anna]), false],
    ["not within its TTL", mayBeTaken(30, [0, 1, anna], [30, 31, anna]), false],
    ["after a whole TTL", mayBeTaken(30, [0, 1, anna], [31, 32, anna]), true],
    ["counted from the first answer, not its request", mayBeTaken(30, [0, 20, anna], [40, 41, anna]), false],
    ["counted to the last request, not its answer", mayBeTaken(30, [0, 1, anna], [20, 60, anna]), false],
    ["not while it is renewed", mayBeTaken(30, [0, 1, anna], [20, 21, renewed], [40, 41, renewed]), false],
    ["not if a free leaf comes before it", mayBeTaken(30, [0, 1, leaves("3-a anna#1", "9-z -#1")]), false],
    ["not before the holder's own, longer TTL", mayBeTaken(30, [0, 1, slow], [40, 41, slow]), false],
    ["after the holder's own, longer TTL", mayBeTaken(30, [0, 1, slow], [61, 62, slow]), true],
  ])("%s", (_, verdict, expected) => expect(verdict).toBe(expected));
});

describe("the holder is", () => {
  it.each([
    ["nobody, without leaves", leaves(), undefined],
    ["nobody, if it is released", leaves("3-a -#1"), undefined],
    ["nobody, if it is deleted", leaves("3-a x#1"), undefined],
    ["that of the held leaf behind a free one", leaves("3-a anna#1", "4-b -#1"), "anna"],
    ["that with the larger of two tokens", leaves("4-b eva#1", "3-a anna#2"), "anna"],
  ])("%s", (_, given, expected) => expect(holding(given)?.holder).toBe(expected));

  it("the newest leaf of an acquisition is found", () => {
    expect(own(leaves("9-a me#1", "10-b me#1", "11-c eva#1", "12-d -#1"), "me")?.rev).toBe("10-b");
  });
});

describe("CouchDB's answer", () => {
  const doc = { _id: "lease-a", _rev: "3-c", holder: "anna", nonce: "n", token: 2, since: "s", ttl: 5 };
  const read = {
    rev: "3-c",
    parent: undefined,
    deleted: false,
    holder: "anna",
    nonce: "n",
    token: 2,
    since: "s",
    ttl: 5,
  };
  it.each([
    ["none", [], []],
    ["a leaf", [{ ok: doc }], [read]],
    [
      "with its parent",
      [{ ok: { ...doc, _revisions: { start: 3, ids: ["c", "b", "a"] } } }],
      [{ ...read, parent: "2-b" }],
    ],
    ["a first revision", [{ ok: { ...doc, _revisions: { start: 1, ids: ["c"] } } }], [read]],
    ["a leaf that is missing: undecided", [{ ok: doc }, { missing: "3-d" }], undefined],
    ["an object: undecided", { error: "x" }, undefined],
    ["a row of nothing: undecided", [null], undefined],
  ])("%s", (_, body, expected) => expect(parseLeaves(body)).toEqual(expected));
});
