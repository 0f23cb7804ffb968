import { expect, it } from "vitest";
import { type Fate, fateOf, type Leaf } from "../../../src/transform/fate.js";

const intent = { base: "2-b", ours: "3-ours", digest: () => "" };
const leaf = (...history: string[]): Leaf => ({ deleted: false, history });
const tombstone = (...history: string[]): Leaf => ({ deleted: true, history });

const cases: [title: string, leaves: Leaf[], calibrated: boolean, expected: Fate][] = [
  ["nothing was written", [leaf("2-b", "1-a")], true, { was: "not-written" }],
  ["ours is the leaf", [leaf("3-ours", "2-b", "1-a")], true, { was: "written", rev: "3-ours" }],
  ["others have written later", [leaf("5-y", "4-x", "3-ours", "2-b")], true, { was: "written", rev: "3-ours" }],
  [
    "ours, whether or not it was predicted by chance",
    [leaf("3-ours", "2-b")],
    false,
    { was: "written", rev: "3-ours" },
  ],
  ["somebody else was first", [leaf("3-theirs", "2-b", "1-a")], true, { was: "not-written" }],
  ["somebody was first, possibly us", [leaf("4-x", "3-some", "2-b")], false, { was: "unclear", child: "3-some" }],
  ["it was deleted", [tombstone("3-gone", "2-b")], true, { was: "gone" }],
  ["it was deleted after our edit", [tombstone("4-gone", "3-ours", "2-b")], true, { was: "written", rev: "3-ours" }],
  ["it was purged", [], true, { was: "gone" }],
  ["another branch wins", [leaf("3-theirs", "2-other", "1-a"), leaf("2-b", "1-a")], true, { was: "not-written" }],
  ["ours loses to another branch", [leaf("4-z", "3-y", "2-x"), leaf("3-ours", "2-b")], true, { was: "not-written" }],
  ["its whole history was forgotten", [leaf("1010-z", "1009-y", "1008-x")], true, { was: "unknown" }],
  [
    "a deleted leaf loses to a shorter one",
    [tombstone("9-z", "8-y"), leaf("3-ours", "2-b")],
    true,
    { was: "written", rev: "3-ours" },
  ],
];

it.each(cases)("%s", (_, leaves, calibrated, expected) => expect(fateOf(intent, leaves, calibrated)).toEqual(expected));
