/** A server or a proxy that limits the rate of reads and of writes, each with its own limit, as IBM Cloudant does. */
import { expect, it, onTestFinished } from "vitest";
import { defaultPolicy } from "../../src/couch/retry.js";
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

it("a run whose requests are all refused for too long is incomplete, and the next one continues", async () => {
  const { starvedAfter } = defaultPolicy;
  onTestFinished(() => void Object.assign(defaultPolicy, { starvedAfter }));
  Object.assign(defaultPolicy, { starvedAfter: 100 });
  const database = await freshDatabase("hive");
  const docs = (id: string) => `- id: ${id}\n  ensureDocuments: { database: ${database}, docs: [{ _id: ${id} }] }\n`;
  const steps = docs("one") + docs("other");
  const direct = { ...(await ownSet()), leaseTtl: 3_000 };
  const proxy = await startProxy(direct.connection?.url ?? "");
  const refusal = { status: 429, body: { error: "too_many_requests" } };
  let written = 0;
  proxy.faultWhen(
    ({ method, path }) => {
      if (method === "POST" && path.startsWith(`/${database}/_bulk_docs`)) written += 1;
      return written > 1;
    },
    refusal,
    Number.POSITIVE_INFINITY,
  );
  try {
    const stopped: string[] = [];
    const emit = (event: Event) => void (event.type === "step-stopped" && stopped.push(event.id));
    const through = { ...direct, connection: { ...direct.connection, url: proxy.url }, emit };
    const result = await apply(await filesOf(steps), through).catch((error: unknown) => error);
    expect(result).toMatchObject({ code: "incomplete", message: expect.stringContaining("rate limit (429)") });
    expect(stopped).toEqual(["other"]);
  } finally {
    await proxy.close();
  }
  expect(await apply(await filesOf(steps), direct)).toMatchObject({ result: "applied" });
});

it.each([
  ["--timeout", { timeout: 3_000 }],
  ["--wait", { wait: 0 }],
])(
  "if a rate limit lets nothing through before %s passes, the error says so",
  async (_, limit) => {
    const { connection, ...set } = await ownSet();
    const proxy = await startProxy(connection?.url ?? "");
    onTestFinished(() => proxy.close());
    proxy.faultWhen(() => true, { status: 429, body: { error: "too_many_requests" } }, Number.POSITIVE_INFINITY);
    const files = await filesOf("- id: hive\n  ensureDatabase: { name: hive }\n");
    const options = { ...set, ...limit, connection: { ...connection, url: proxy.url } };
    const error = await apply(files, options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "unreachable",
      exitCode: 4,
      message: expect.stringContaining("rate limit (429)"),
    });
  },
  60_000,
);
