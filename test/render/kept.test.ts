/** What a plan says about kept differences. */
import { expect, test } from "vitest";
import { keptLines, keptSummary } from "../../src/render/kept.js";

const differences = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ path: `/docs/unit-${i}/legs`, server: 8, files: 6 }));

test.each([
  [20, "/docs/unit-19/legs is 8 (the files have 6)"],
  [21, "/docs/unit-20/legs is 8 (the files have 6)"],
  [22, "and 2 more"],
])("for %d differences, the last line counts only those that are not shown: %s", (count, last) => {
  expect(keptLines(differences(count)).at(-1)).toBe(last);
});

test("a field that only the server has is not called `absent` in the files", () => {
  expect(keptLines([{ path: "/docs/a/cents", server: 5, files: undefined }])).toEqual([
    "/docs/a/cents is 5 (not in the files)",
  ]);
});

const seeds = (count: number, database?: string) =>
  differences(count).map((one, i) => ({ ...one, document: `unit-${i}`, ...(database ? { database } : {}) }));
const further = { path: "/docs", server: "180 more documents, which differ", files: "as in this step", documents: 180 };

test.each([
  ["200 documents differ from the files and are kept", [...seeds(20), further]],
  ["6 documents differ from the files and are kept", [...seeds(6), ...seeds(6)]],
  ["12 documents in 2 databases differ from the files and are kept", [...seeds(6, "a"), ...seeds(6, "b")]],
  [
    "212 documents in 2 databases differ from the files and are kept",
    [...seeds(32, "a"), { ...further, database: "b" }],
  ],
])("many documents are counted in one sentence: %s", (sentence, kept) => {
  expect(keptLines(kept)).toEqual([sentence]);
  expect(keptSummary(kept)).toBe(sentence);
});

test("the details of many documents list the first ones and count the others", () => {
  const lines = keptLines([...seeds(20), further], true);
  expect(lines[0]).toBe("/docs/unit-0/legs is 8 (the files have 6)");
  expect(lines.at(-1)).toBe("180 further documents");
});

test("five documents are listed", () => {
  expect(keptLines(seeds(5))).toHaveLength(5);
});
