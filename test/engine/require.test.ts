/** `require` of a step: checked when the step begins in a place, before anything of it is written there. */
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type ApplyOptions, apply, plan, status } from "../../src/index.js";
import { freshDatabase } from "../support/databases.js";
import { type RecordingProxy, startProxy } from "../support/proxy.js";
import { must, request } from "../support/request.js";
import { server } from "../support/servers.js";
import { filesOf, ownSet } from "./own-set.js";

let options: ApplyOptions;
let proxy: RecordingProxy;

beforeEach(async () => {
  proxy = await startProxy(server().url);
  onTestFinished(() => proxy.close());
  const set = await ownSet();
  options = { ...set, connection: { ...set.connection, url: proxy.url }, allowDestroy: true };
});

/** With so many documents, and a design document, which does not count. */
async function databaseOf(documents: number): Promise<string> {
  const name = await freshDatabase("require");
  await must(server(), "PUT", `/${name}/_design/swarm`, { body: {} });
  const docs = Array.from({ length: documents }, (_, i) => ({ _id: `d${i}`, legs: 2 }));
  await must(server(), "POST", `/${name}/_bulk_docs`, { body: { docs } });
  return name;
}

const exists = async (name: string) => (await request(server(), "GET", `/${name}`)).status === 200;
const stepOf = (kind: string, require: string) => filesOf(`- id: guarded\n  require: ${require}\n  ${kind}\n`);
/** Requests that write into databases of the test, beside the ledger. */
const writesTo = (name: string) => proxy.writes().filter(({ path }) => path.startsWith(`/${name}`));
const legsIn = async (name: string) =>
  (await must(server(), "GET", `/${name}/_all_docs?include_docs=true`)).rows.flatMap(
    ({ doc }: { doc: { legs?: number } }) => doc.legs ?? [],
  );

describe("each kind that works in a database", () => {
  test.each<[kind: string, spec: (database: string) => string]>([
    ["removeDatabase", (name) => `{ name: ${name} }`],
    ["removeDocuments", (name) => `{ database: ${name}, ids: [d0] }`],
    ["removeDesignDocs", (name) => `{ database: ${name}, names: [swarm] }`],
    ["transformDocuments", (name) => `{ database: ${name}, set: { /legs: 6 } }`],
  ])("%s is refused before it writes, and done once the requirement is met", async (kind, spec) => {
    const name = await databaseOf(3);
    const steps = (most: number) => stepOf(`${kind}: ${spec(name)}`, `{ documents: { atMost: ${most} } }`);
    const reason = `at most 2 documents in database ${name}, which has 3 documents`;
    const planned = await plan(await steps(2), options);
    expect(planned).toMatchObject({
      changes: 0,
      steps: [{ action: "refused", notes: [expect.stringContaining(reason)] }],
    });
    expect(await apply(await steps(2), options)).toMatchObject({
      result: "failed",
      failures: [{ id: "guarded", code: "refused", message: expect.stringContaining(reason) }],
    });
    expect(writesTo(name)).toEqual([]);
    const { steps: met } = await plan(await steps(3), options);
    expect(met[0]?.notes).toContain("`require` is met now: at most 3 documents");
    expect(await apply(await steps(3), options)).toMatchObject({ applied: ["guarded"], failures: [] });
  });
});

test("a removal that is neither allowed nor meets its requirement says both", async () => {
  const name = await databaseOf(1);
  const { steps } = await plan(await stepOf(`removeDatabase: { name: ${name} }`, "{ empty: true }"), {
    ...options,
    allowDestroy: false,
  });
  expect(steps[0]?.notes.join()).toMatch(/use --allow-destroy.*no documents in database .*, which has 1 document/);
});

test("an empty database may have design documents", async () => {
  const name = await databaseOf(0);
  const steps = await stepOf(`removeDatabase: { name: ${name} }`, "{ empty: true }");
  expect(await apply(steps, options)).toMatchObject({ removed: ["guarded"], failures: [] });
  expect(await exists(name)).toBe(false);
});

test("where there is nothing to do, nothing is required and nothing is read for it", async () => {
  const steps = await stepOf("removeUser: { name: nobody-of-this-name }", '{ couchdb: "<1.0" }');
  expect(await apply(steps, options)).toMatchObject({ adopted: ["guarded"], failures: [] });
});

test("a step of the server requires a version", async () => {
  const name = await databaseOf(0);
  await must(server(), "PUT", `/_users/org.couchdb.user:${name}`, {
    body: { name, type: "user", roles: [], password: "carapace" },
  });
  const drop = (range: string) => stepOf(`removeUser: { name: ${name} }`, `{ couchdb: "${range}" }`);
  const version = (await must(server(), "GET", "/")).version;
  expect((await apply(await drop("<1.0"), options)).failures).toMatchObject([
    {
      code: "refused",
      message: expect.stringContaining(`requires CouchDB <1.0, but the server is CouchDB ${version}`),
    },
  ]);
  expect(await apply(await drop(">=1.0 <9"), options)).toMatchObject({ removed: ["guarded"], failures: [] });
});

test("with a pattern, a database that does not meet it does not stop the others", async () => {
  const [small, large] = [await databaseOf(1), await databaseOf(3)];
  const steps = await stepOf(
    `transformDocuments: { database: [${small}, ${large}], set: { /legs: 6 } }`,
    "{ documents: { atMost: 2 } }",
  );
  expect((await plan(steps, options)).steps).toMatchObject([
    {
      databases: { [small]: { action: "update" }, [large]: { action: "refused" } },
      notes: [expect.stringContaining(`in database ${large}, which has 3 documents`)],
    },
  ]);
  expect((await apply(steps, options)).failures).toMatchObject([{ database: large, code: "refused" }]);
  expect([await legsIn(small), await legsIn(large)]).toEqual([[6], [2, 2, 2]]);
});

test("documents that are counted are those of this moment, not those that the run saw first", async () => {
  const name = await databaseOf(0);
  const steps = await filesOf(`- id: seed
  ensureDocuments: { database: ${name}, docs: [{ _id: a, legs: 2 }] }
- id: guarded
  require: { documents: { atLeast: 1 } }
  transformDocuments: { database: ${name}, set: { /legs: 6 } }
`);
  expect((await plan(steps, options)).steps).toMatchObject([{ action: "create" }, { action: "refused" }]);
  expect(await apply(steps, options)).toMatchObject({ applied: ["seed", "guarded"], failures: [] });
});

describe("a transformation that has begun", () => {
  const unfit = { _id: "z", legs: { left: "broken" } };
  const steps = (name: string, most: number) =>
    stepOf(
      `transformDocuments: { database: ${name}, set: { /legs/left/bone: 1 }, selector: { _id: z } }`,
      `{ documents: { atMost: ${most} } }`,
    );

  test("continues, even if its requirement is no longer met", async () => {
    const name = await databaseOf(0);
    const { rev } = await must(server(), "PUT", `/${name}/z`, { body: unfit });
    expect((await apply(await steps(name, 1), options)).failures).toMatchObject([{ code: "step-failed" }]);
    await must(server(), "PUT", `/${name}/z`, { body: { _id: "z", _rev: rev, legs: { left: {} } } });
    await must(server(), "PUT", `/${name}/a`, { body: {} });
    expect((await plan(await steps(name, 1), options)).steps).toMatchObject([{ action: "update" }]);
    expect(await apply(await steps(name, 1), options)).toMatchObject({ applied: ["guarded"], failures: [] });
  });

  test("in parts continues too; one that has not begun is refused before it is divided", async () => {
    const name = await databaseOf(3);
    const require = (most: number) =>
      stepOf(`transformDocuments: { database: ${name}, set: { /legs: 6 } }`, `{ documents: { atMost: ${most} } }`);
    const part = (number: number) => ({ ...options, part: { number, of: 2 } });
    expect((await apply(await require(2), part(1))).failures).toMatchObject([{ code: "refused", database: name }]);
    expect(writesTo(name)).toEqual([]);
    expect((await apply(await require(3), part(1))).failures).toEqual([]);
    await must(server(), "PUT", `/${name}/d9`, { body: { legs: 2 } });
    expect(await apply(await require(3), part(2))).toMatchObject({ applied: ["guarded"], failures: [] });
    expect(await legsIn(name)).toEqual([6, 6, 6, 6]);
  });
});

test("a changed requirement makes no step pending", async () => {
  const name = await databaseOf(1);
  const steps = (most: number) =>
    stepOf(`transformDocuments: { database: ${name}, set: { /legs: 6 } }`, `{ documents: { atMost: ${most} } }`);
  await apply(await steps(1), options);
  expect(await apply(await steps(7), options)).toMatchObject({ result: "unchanged", unchanged: ["guarded"] });
});

test("status says nothing about it, and counts no documents", async () => {
  const name = await databaseOf(3);
  const steps = await stepOf(`removeDatabase: { name: ${name} }`, "{ empty: true }");
  expect((await status(steps, options)).steps).toMatchObject([{ state: "pending", notes: [] }]);
  expect(proxy.requests.filter(({ path }) => path.startsWith(`/${name}/_all_docs`))).toEqual([]);
});
