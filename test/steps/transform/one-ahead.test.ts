import { expect, it } from "vitest";
import { oneAhead } from "../../../src/transform/one-ahead.js";

/** Notes what is asked for; after the last item, it fails. */
async function* source(asked: number[], last: number): AsyncGenerator<number> {
  for (let item = 1; item <= last; item += 1) {
    asked.push(item);
    yield await Promise.resolve(item);
  }
  throw new Error("no more items");
}

it("while an item is worked on, only the next one is asked for", async () => {
  const asked: number[] = [];
  for await (const item of oneAhead(source(asked, 5))) {
    await new Promise(setImmediate);
    expect(asked).toHaveLength(item + 1);
    if (item === 3) break;
  }
});

it("an error is thrown after the items before it", async () => {
  const worked: number[] = [];
  const all = (async () => {
    for await (const item of oneAhead(source([], 2))) {
      await new Promise(setImmediate);
      worked.push(item);
    }
  })();
  await expect(all).rejects.toThrow("no more items");
  expect(worked).toEqual([1, 2]);
});

it("nothing is being asked for any more after the caller has failed", async () => {
  let isAsking = false;
  const slow = async function* () {
    for (;;) {
      isAsking = true;
      await new Promise(setImmediate);
      isAsking = false;
      yield 1;
    }
  };
  const work = async () => {
    for await (const _ of oneAhead(slow())) throw new Error("failed");
  };
  await expect(work()).rejects.toThrow("failed");
  expect(isAsking).toBe(false);
});
