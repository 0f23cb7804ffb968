/** The judge of the readers in `npm run soak:stage` sees everything that a deployment could do to them. */
import { expect, test } from "vitest";
import { type Bounds, faultIn, seenIn } from "./stage/judge.js";

const bounds: Bounds = { version: [1, 2], documents: [8, 9], edits: [3, 4] };
const groups = (versions: readonly number[], [count, edits]: readonly [number, number] = [2, 1]) => ({
  rows: ["drone", "hydralisk", "queen", "zergling"].map((kind, i) => ({
    key: [versions[i % versions.length], kind],
    value: [count, i === 0 ? edits : 1],
  })),
});
const list = (versions: readonly number[], total = 8) => ({
  total_rows: total,
  rows: [0, 1, 2].map((n) => ({ key: [versions[n % versions.length], n], value: 0 })),
});

/** What is wrong with the answer. */
function faultOf(view: "by-kind" | "by-n", body: unknown, status = 200): string | undefined {
  const seen = seenIn(view, { status, body });
  return typeof seen === "string" ? seen : faultIn(seen, bounds);
}

test.each([
  ["rows of the old version", "by-kind", groups([1])],
  ["rows of the new version", "by-kind", groups([2])],
  ["a list of the old version", "by-n", list([1])],
  ["a list with a write that is not confirmed yet", "by-n", list([2], 9)],
] as const)("right: %s", (_, view, body) => {
  expect(faultOf(view, body)).toBeUndefined();
});

test.each([
  ["no rows", "by-kind", { rows: [] }, "no rows"],
  ["an empty list", "by-n", { total_rows: 0, rows: [] }, "no rows"],
  ["rows of two versions", "by-kind", groups([1, 2]), "rows of several versions"],
  ["a list of two versions", "by-n", list([1, 2]), "rows of several versions"],
  ["a group less", "by-kind", { rows: groups([1]).rows.slice(1) }, "rows are missing"],
  ["a version that came before", "by-kind", groups([0]), "version 0, not 1 to 2"],
  ["a version that is not switched to yet", "by-kind", groups([3]), "version 3, not 1 to 2"],
  ["a confirmed document less", "by-n", list([1], 7), "documents 7, not 8 to 9"],
  ["a document more than were sent", "by-n", list([1], 10), "documents 10, not 8 to 9"],
  ["a confirmed edit less", "by-kind", groups([1], [2, -1]), "edits 2, not 3 to 4"],
] as const)("wrong: %s", (_, view, body, fault) => {
  expect(faultOf(view, body)).toContain(fault);
});

test.each([
  [0, undefined, "the connection was lost"],
  [500, { error: "unknown_error" }, "status 500"],
  [404, { error: "not_found" }, "status 404"],
])("an error: %d", (status, body, fault) => {
  expect(faultOf("by-kind", body, status)).toContain(fault);
});
