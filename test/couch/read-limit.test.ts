/** How many reads are in flight: more across a slow network, and never more than CouchDB bears. */
import { setImmediate as settled } from "node:timers/promises";
import { expect, test } from "vitest";
import { ReadLimit, readsAtOnce } from "../../src/couch/read-limit.js";

test.each([
  ["nothing was measured", 16, Number.POSITIVE_INFINITY, 64],
  ["loopback", 16, 0.4, 16],
  ["a data centre", 16, 2, 16],
  ["the round trip is as long as the limit", 16, 16, 16],
  ["another region", 16, 50, 50],
  ["another continent", 16, 200, 64],
  ["a low limit stays low on a fast network", 1, 0.4, 1],
  ["a low limit is multiplied at most by four", 1, 200, 4],
])("%s: concurrency %i and a round trip of %d ms allow %i reads", (_, concurrency, roundTrip, reads) => {
  expect(readsAtOnce(concurrency, roundTrip)).toBe(reads);
});

test("reads that wait are sent as soon as a longer round trip is known", async () => {
  const { limit, sent } = await full(100);
  expect(sent()).toBe(16);
  limit.answered(50);
  await settled();
  expect(sent()).toBe(50);
});

test("the shortest round trip counts, because longer ones also waited for CouchDB", async () => {
  const { limit, sent } = await full(100);
  limit.answered(1);
  limit.answered(500);
  await settled();
  expect(sent()).toBe(16);
});

test("after the end, the reads that wait are not sent", async () => {
  const { limit, sent } = await full(100);
  limit.close();
  limit.answered(200);
  await settled();
  expect(sent()).toBe(16);
});

const forever = new Promise<never>(() => {});

/** A limit of 16 with this many reads, none of which ends. */
async function full(reads: number) {
  const limit = new ReadLimit(16);
  let sent = 0;
  for (let i = 0; i < reads; i += 1) {
    void limit.run(() => {
      sent += 1;
      return forever;
    });
  }
  await settled();
  return { limit, sent: () => sent };
}
