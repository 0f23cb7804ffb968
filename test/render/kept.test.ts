/** What a plan says of that which stays as it is. */
import { expect, test } from "vitest";
import { keptLines } from "../../src/render/kept.js";

const differences = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ path: `/docs/unit-${i}/legs`, server: 8, files: 6 }));

test.each([
  [20, "/docs/unit-19/legs is 8 (the files have 6)"],
  [21, "/docs/unit-20/legs is 8 (the files have 6)"],
  [22, "and 2 more"],
])("of %d differences, the last line counts only those that are not shown: %s", (count, last) => {
  expect(keptLines(differences(count)).at(-1)).toBe(last);
});

test("a field that only the server has is not called `absent` in the files", () => {
  expect(keptLines([{ path: "/docs/a/cents", server: 5, files: undefined }])).toEqual([
    "/docs/a/cents is 5 (not in the files)",
  ]);
});
