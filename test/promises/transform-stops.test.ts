/** A transformation that is throttled or stopped, through the command line. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { loginEnv, startCli } from "../support/cli.js";
import { databaseName } from "../support/databases.js";
import { type Recorded, type RecordingProxy, startProxy } from "../support/proxy.js";
import { must } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

const documents = 24;
let proxy: RecordingProxy;
let database: string;
let run: (...flags: string[]) => ReturnType<typeof startCli>;

beforeAll(async () => {
  proxy = await startProxy(server().url);
});
afterAll(() => proxy.close());
beforeEach(async () => {
  proxy.reset();
  database = databaseName();
  await must(server(), "PUT", `/${database}`);
  const docs = Array.from({ length: documents }, (_, i) => ({ _id: `d${i}`, counter: 0 }));
  await must(server(), "POST", `/${database}/_bulk_docs`, { body: { docs } });
  const folder = await tempFolder({
    "001.yaml": `- id: plus-one\n  transformDocuments: { database: ${database}, script: x.mjs }\n`,
    "x.mjs": "export default (document) => ({ ...document, counter: document.counter + 1 });\n",
  });
  const env = loginEnv(proxy.url, server().admin);
  run = (...flags) => startCli(["apply", folder, "--set", database, "--format", "json", ...flags], { env });
});

const isBatch = ({ path }: Recorded) => path === `/${database}/_bulk_docs`;
const isLease = ({ method, path }: Recorded) => method === "PUT" && path.includes("/lease-");
const batches = () => proxy.requests.filter(isBatch).length;

async function changed(): Promise<number> {
  const { rows } = await must(server(), "GET", `/${database}/_all_docs?include_docs=true`);
  const counters: number[] = rows.map(({ doc }: { doc: { counter: number } }) => doc.counter);
  expect(counters.filter((counter) => counter > 1)).toEqual([]);
  return counters.filter((counter) => counter === 1).length;
}

/** The result of each run, and the number of its part. */
async function history(): Promise<unknown[]> {
  const { runs } = await must(server(), "GET", `/couchdb-migrate/history-${database}`);
  return runs.map(({ result, part }: { result: string; part?: { number: number } }) => [result, part?.number]);
}

async function ends(running: ReturnType<typeof startCli>, expected: object, code: number): Promise<void> {
  const ended = await running.result;
  expect(ended.code, ended.stderr).toBe(code);
  expect(JSON.parse(ended.stdout)).toMatchObject(expected);
}

it("--rate limits a batch to the changes of one second", async () => {
  await ends(run("--rate", "12"), { applied: ["plus-one"] }, 0);
  expect([batches(), await changed()]).toEqual([2, documents]);
  proxy.reset();
});

it("SIGTERM lets the current batch finish, starts no other, and the next run continues", async () => {
  const running = run("--rate", "6");
  // A batch of six is read, written, and recorded as done, with what the signal finds under way.
  proxy.faultWhen(isBatch, { during: () => void running.child.kill("SIGTERM") });
  await ends(running, { result: "interrupted", applied: [], unfinished: ["plus-one"], failures: [] }, 7);
  expect([batches(), await changed()]).toEqual([1, 6]);
  await ends(run(), { applied: ["plus-one"] }, 0);
  expect([batches(), await changed()]).toEqual([2, documents]);
});

it("--timeout exits with code 6, starts no other batch, and the next run continues", async () => {
  const timeout = 5_000;
  // The time-out counts from before the lease is taken. The first batch is still under way when it passes, but ends in
  // time.
  let over = 0;
  const begin = () => {
    over = performance.now() + timeout + 100;
  };
  proxy.faultWhen(isLease, { during: begin });
  proxy.faultWhen(isBatch, { during: () => sleep(over - performance.now()) });
  const unfinished = ["plus-one"];
  const running = run("--rate", "6", "--timeout", `${timeout}ms`);
  await ends(running, { result: "incomplete", applied: [], unfinished, failures: [] }, 6);
  expect([batches(), await changed()]).toEqual([1, 6]);
  await ends(run("--timeout", "none"), { applied: ["plus-one"] }, 0);
  expect(await changed()).toBe(documents);
});

it("a step ends even if documents keep arriving, and says so", async () => {
  let made = 0;
  const arrive = async () => {
    made += 1;
    await must(server(), "PUT", `/${database}/late-${made}`, { body: { counter: 0 } });
  };
  proxy.faultWhen(({ path }) => path.startsWith(`/${database}/_changes`), { during: arrive }, 1_000);
  const warnings = [{ code: "documents-arriving", id: "plus-one", message: expect.stringContaining("still arriving") }];
  await ends(run(), { applied: ["plus-one"], warnings }, 0);
  expect(made).toBeGreaterThan(1);
  expect(await changed()).toBe(documents + made);
});

it("a stopped part reports it in the same way", async () => {
  const running = run("--rate", "6", "--part", "1/2");
  proxy.faultWhen(isBatch, { during: () => void running.child.kill("SIGTERM") });
  const part = { step: "plus-one", number: 1, of: 2, open: null };
  await ends(running, { result: "interrupted", applied: [], unfinished: ["plus-one"], failures: [], part }, 7);
  expect(await changed()).toBe(6);
  expect(await history()).toEqual([["interrupted", 1]]);
  await ends(run("--part", "1/2"), { result: "applied", part: { open: [2] } }, 0);
  expect(await history()).toEqual([
    ["applied", 1],
    ["interrupted", 1],
  ]);
  expect(await changed()).toBe(documents / 2);
});
