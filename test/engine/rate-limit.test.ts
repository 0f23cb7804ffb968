/** A server or a proxy that limits the rate of reads and of writes, each with its own limit, as IBM Cloudant does. */
import { expect, it } from "vitest";
import { apply, type Event } from "../../src/index.js";
import { freshDatabase } from "../support/databases.js";
import { type Recorded, startProxy } from "../support/proxy.js";
import { filesOf, ownSet } from "./own-set.js";

/** At most one request per interval, in milliseconds. */
function over(interval: number): () => boolean {
  let free = 0;
  return () => {
    if (performance.now() < free) return true;
    free = performance.now() + interval;
    return false;
  };
}

it("a run under a rate limit slows down, and applies everything", async () => {
  const databases = await Promise.all([1, 2, 3, 4].map(() => freshDatabase("hive")));
  const steps = databases.map(
    (database, i) => `- id: docs-${i}
  ensureDocuments: { database: ${database}, docs: [{ _id: larva, legs: 6 }] }
- id: views-${i}
  ensureDesignDocs:
    database: ${database}
    docs: { brood: { views: { legs: { map: "function (doc) { emit(doc.legs, 1); }" } } } }
`,
  );
  const { connection, ...set } = await ownSet();
  const proxy = await startProxy(connection?.url ?? "");
  const [tooManyReads, tooManyWrites] = [over(20), over(60)];
  const refused = { reads: 0, writes: 0 };
  const isOver = ({ writes }: Recorded) => {
    const refuses = writes ? tooManyWrites() : tooManyReads();
    if (refuses) refused[writes ? "writes" : "reads"] += 1;
    return refuses;
  };
  proxy.faultWhen(isOver, { status: 429, body: { error: "too_many_requests" } }, Number.POSITIVE_INFINITY);
  const warnings: string[] = [];
  const emit = (event: Event) => void (event.type === "warning" && warnings.push(event.code));
  try {
    const options = { ...set, connection: { ...connection, url: proxy.url }, emit };
    const result = await apply(await filesOf(steps.join("")), options);
    expect(result).toMatchObject({ result: "applied", failures: [] });
    expect(result.applied).toHaveLength(8);
    expect(Math.min(refused.reads, refused.writes)).toBeGreaterThan(0);
    expect(warnings.filter((code) => code === "rate-limited")).toHaveLength(1);
  } finally {
    await proxy.close();
  }
});
