import { expect, it } from "vitest";
import { batchesOf } from "../../../src/objects/documents/batches.js";

async function sizes(items: Iterable<number> | AsyncIterable<number>): Promise<number[]> {
  const found: number[] = [];
  for await (const batch of batchesOf(items, (bytes) => bytes)) found.push(batch.length);
  return found;
}

it.each<[string, readonly number[], readonly number[]]>([
  ["none", [], []],
  ["one", [1], [1]],
  ["as many as fit", Array(1_000).fill(1), [1_000]],
  ["one more", Array(1_001).fill(1), [1_000, 1]],
  ["as many bytes as fit", [2_500_000, 2_500_000], [2]],
  ["one byte more", [2_500_000, 2_500_000, 1], [2, 1]],
  ["an item that is larger than a batch", [1, 9_000_000, 1], [1, 1, 1]],
])("%s", async (_, items, expected) => {
  expect(await sizes(items)).toEqual(expected);
});

it("reads no more from its source than one batch plus one", async () => {
  let taken = 0;
  async function* source() {
    for (;;) {
      taken += 1;
      yield 1;
    }
  }
  for await (const batch of batchesOf(source(), () => 1)) {
    expect(batch).toHaveLength(1_000);
    break;
  }
  expect(taken).toBe(1_001);
});
