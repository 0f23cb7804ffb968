/** Files of documents against a server: what is written, kept and refused, and how a run continues. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Couch } from "../../../src/couch/couch.js";
import { apply, type Event, loadMigrations, plan } from "../../../src/index.js";
import type { DocumentFile, Sourced } from "../../../src/objects/documents/document-file.js";
import { seed } from "../../../src/objects/documents/seed.js";
import { databaseName, freshDatabase, uniqueName } from "../../support/databases.js";
import { startProxy } from "../../support/proxy.js";
import { must } from "../../support/request.js";
import { server } from "../../support/servers.js";
import { tempFolder } from "../../support/temp.js";

interface Doc {
  readonly _id: string;
  readonly [key: string]: unknown;
}

const docs = (count: number, members: (n: number) => object = () => ({})): Doc[] =>
  Array.from({ length: count }, (_, n) => ({ _id: `d${String(n).padStart(5, "0")}`, ...members(n) }));

async function run(spec: string, documents: readonly Doc[], url = server().url) {
  const folder = await tempFolder({ "001.yaml": `- id: docs\n  ensureDocuments: ${spec}\n` });
  await writeFile(join(folder, "docs.ndjson"), documents.map((doc) => `${JSON.stringify(doc)}\n`).join(""));
  const set = uniqueName("set");
  const ledgerDatabase = databaseName("ledger");
  await must(server(), "PUT", `/${ledgerDatabase}`);
  const { name: username, password } = server().admin;
  const options = { connection: { url, username, password }, set, ledgerDatabase };
  return {
    apply: async (more = {}) => apply(await loadMigrations(folder, { env: {} }), { ...options, ...more }),
    plan: async (more = {}) => plan(await loadMigrations(folder, { env: {} }), { ...options, ...more }),
  };
}

async function behindProxy() {
  const proxy = await startProxy(server().url);
  onTestFinished(proxy.close);
  return proxy;
}

const bulk = (path: string) => path.endsWith("/_bulk_docs");
const put = (database: string, documents: readonly object[]) =>
  must(server(), "POST", `/${database}/_bulk_docs`, { body: { docs: documents } });
const stored = async (database: string): Promise<Doc[]> =>
  (await must(server(), "GET", `/${database}/_all_docs?include_docs=true`)).rows.map(({ doc }: { doc: Doc }) => doc);
const generation = ({ _rev }: Doc) => Number(String(_rev).split("-")[0]);

it("missing documents are counted, shown in part, written, and not read from an empty database", async () => {
  const database = await freshDatabase();
  const proxy = await behindProxy();
  const documents = docs(3_500, (n) => ({ n }));
  const { apply, plan } = await run(`{ database: ${database}, from: docs.ndjson }`, documents, proxy.url);
  const [planned] = (await plan()).steps;
  expect(planned).toMatchObject({ action: "create", target: expect.stringContaining("3,500 documents") });
  expect(planned?.changes).toHaveLength(21);
  expect(planned?.changes[0]).toEqual({ path: "/docs/d00000", before: null, after: { n: 0 } });
  expect(planned?.changes[20]).toEqual({ path: "/docs", before: null, after: "3,480 more documents" });

  proxy.reset();
  const events: Event[] = [];
  expect(await apply({ emit: (event: Event) => events.push(event) })).toMatchObject({
    applied: ["docs"],
    failures: [],
  });
  expect(await stored(database)).toMatchObject(documents);
  expect(proxy.requests.filter(({ path }) => bulk(path))).toHaveLength(4);
  expect(proxy.requests.filter(({ path }) => /_all_docs|_revs_diff/.test(path))).toEqual([]);
  const progress = events.filter((event) => event.type === "step-progress");
  expect(progress.at(-1)).toMatchObject({ done: 3_500, total: 3_500, unit: "documents" });
  expect(await apply()).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
  expect(await plan({ verify: true })).toMatchObject({ changes: 0 });
});

it("with a rate, a batch has the documents of one second, and each batch after the first one waits", async () => {
  const ids = ["d0", "d1", "d2", "d3", "d4"];
  const file = {
    documents: ids.length,
    largest: 100,
    async *read() {
      yield ids.map((id, index): Sourced => ({ id, text: `{"_id":"${id}"}`, index, line: index + 1 }));
    },
  } as unknown as DocumentFile;
  const done: string[] = [];
  const couch = {
    write: async (_method: string, _path: string, { json = "" }) => {
      const { docs }: { docs: Doc[] } = JSON.parse(json);
      done.push(`write ${docs.length}`);
      return { status: 201, body: docs.map(({ _id }) => ({ ok: true, id: _id, rev: "1-a" })) };
    },
  } as unknown as Couch;
  const pauses: (() => void)[] = [];
  const pace = {
    did: (documents: number) => {
      done.push(`wait for ${documents}`);
      return new Promise<void>((resolve) => void pauses.push(resolve));
    },
  };
  const context = { couch, signal: new AbortController().signal, progress: () => {}, rate: 2 };
  const place = { database: "db", isEmpty: true, copiesMayDiffer: false };
  const seeded = seed(context, place, file, { mode: "ifMissing", from: 0 }, pace);
  await expect.poll(() => done.length).toBe(3);
  expect([...done].sort()).toEqual(["wait for 2", "wait for 2", "write 2"]);
  for (const end of pauses) end();
  await seeded;
  expect(done.slice(3)).toEqual(["write 2", "write 1"]);
});

describe("existing documents", () => {
  it("stay as they are, edited or deleted; only missing ones are sent", async () => {
    const database = await freshDatabase();
    const documents = docs(2_500, (n) => ({ n }));
    const [first, second] = await put(database, [...documents.slice(0, 1_200), ...documents.slice(2_000, 2_100)]);
    await put(database, [
      { _id: first.id, _rev: first.rev, by: "users" },
      { _id: second.id, _rev: second.rev, _deleted: true },
    ]);
    const { apply, plan } = await run(`{ database: ${database}, from: docs.ndjson }`, documents);
    expect((await plan()).steps[0]?.changes.at(-1)).toMatchObject({ after: "1,180 more documents" });
    expect(await apply()).toMatchObject({ applied: ["docs"], failures: [] });
    const found = await stored(database);
    expect(found).toHaveLength(2_499);
    expect(found[0]).toMatchObject({ by: "users" });
    expect(found[1]).toMatchObject({ _id: "d00002" });
    expect(found.slice(1).map(generation)).toEqual(Array(2_498).fill(1));
    expect(await plan({ verify: true })).toMatchObject({ changes: 0 });
  });

  it("are adopted without a write if none is missing", async () => {
    const database = await freshDatabase();
    const documents = docs(1_100);
    await put(database, documents);
    const proxy = await behindProxy();
    const { apply } = await run(`{ database: ${database}, from: docs.ndjson }`, documents, proxy.url);
    expect(await apply()).toMatchObject({ adopted: ["docs"], failures: [] });
    expect(proxy.writes().filter(({ path }) => path.startsWith(`/${database}`))).toEqual([]);
  });

  it("are kept without a write if they differ, as plan and apply report", async () => {
    const database = await freshDatabase();
    const documents = docs(1_100, (n) => ({ n }));
    await put(
      database,
      documents.map((doc, n) => ({ ...doc, ...(n === 700 ? { n: "x" } : {}) })),
    );
    const proxy = await behindProxy();
    const { apply, plan } = await run(`{ database: ${database}, from: docs.ndjson }`, documents, proxy.url);
    const differences = [{ path: "/docs/d00700/n", server: "x", files: 700 }];
    expect(await plan()).toMatchObject({ changes: 0, steps: [{ action: "keep", kept: differences }] });
    expect(await apply()).toMatchObject({ adopted: [], kept: [{ id: "docs", differences }], failures: [] });
    expect(proxy.writes().filter(({ path }) => path.startsWith(`/${database}`))).toEqual([]);
  });

  it("are overwritten if they differ, but keep their attachments; deleted ones are created again", async () => {
    const database = await freshDatabase();
    const documents = docs(1_500, (n) => ({ n, nested: { _attachments: n } }));
    const _attachments = { "a.txt": { content_type: "text/plain", data: "aGVsbG8=" } };
    const rows = await put(
      database,
      documents.map((doc, n) => ({ ...doc, ...(n === 700 ? { n: "x", _attachments } : {}) })),
    );
    await put(database, [{ _id: rows[3].id, _rev: rows[3].rev, _deleted: true }]);
    const { apply, plan } = await run(`{ database: ${database}, from: docs.ndjson, mode: overwrite }`, documents);
    expect((await plan()).steps[0]).toMatchObject({
      action: "update",
      changes: [{ path: "/docs/d00003" }, { path: "/docs/d00700/n", before: "x", after: 700 }],
    });
    expect(await apply()).toMatchObject({ applied: ["docs"], failures: [] });
    const found = await stored(database);
    expect(found).toMatchObject(documents);
    expect(found.filter((doc) => generation(doc) > 1).map(({ _id }) => _id)).toEqual(["d00003", "d00700"]);
    const kept = await must(server(), "GET", `/${database}/d00700?attachments=true`);
    expect(kept).toMatchObject({ n: 700, _attachments });
    expect(await plan({ verify: true })).toMatchObject({ changes: 0 });
  });

  it("attachments are written, compared, and not written again", async () => {
    const database = await freshDatabase();
    const documents = docs(3, (n) => ({
      _attachments: { x: { content_type: "text/plain", data: n === 1 ? "eA==" : "eQ==" } },
    }));
    const { apply, plan } = await run(`{ database: ${database}, from: docs.ndjson, mode: overwrite }`, documents);
    expect(await apply()).toMatchObject({ applied: ["docs"], failures: [] });
    expect(await must(server(), "GET", `/${database}/d00001?attachments=true`)).toMatchObject(documents[1] ?? {});
    expect(await plan({ verify: true })).toMatchObject({ changes: 0 });
  });
});

it("every refused document is named, with its line; all others are written, and a rerun adds the fixed ones", async () => {
  const database = await freshDatabase();
  const rule = 'function (newDoc) { if (newDoc.intruder) throw { forbidden: "no intruders" }; }';
  await must(server(), "PUT", `/${database}/_design/rule`, { body: { validate_doc_update: rule } });
  const documents = docs(2_400, (n) => (n % 1_000 === 5 ? { intruder: true } : {}));
  const { apply } = await run(`{ database: ${database}, from: docs.ndjson }`, documents);
  const { failures } = await apply();
  expect(failures).toMatchObject([{ id: "docs", database, code: "request-failed" }]);
  const message = failures[0]?.message ?? "";
  for (const [id, line] of [
    ["d00005", 6],
    ["d01005", 1_006],
    ["d02005", 2_006],
  ]) {
    expect(message).toMatch(new RegExp(`${id} at \\S*docs.ndjson:${line} \\(forbidden: no intruders\\)`));
  }
  expect(message).toContain("refused 3 documents");
  expect(message).toContain("2397 of 2400 were written now");
  const { _rev } = await must(server(), "GET", `/${database}/_design/rule`);
  await must(server(), "DELETE", `/${database}/_design/rule?rev=${_rev}`);
  expect(await apply()).toMatchObject({ applied: ["docs"], failures: [] });
  expect(await stored(database)).toHaveLength(2_400);
});

it("a stopped run finishes the batches under way, and the next one continues after them", async () => {
  const database = await freshDatabase();
  const proxy = await behindProxy();
  const documents = docs(8_000);
  const { apply } = await run(`{ database: ${database}, from: docs.ndjson }`, documents, proxy.url);
  const stop = new AbortController();
  const emit = ({ type }: Event) => type === "step-progress" && stop.abort();
  const stopped = await apply({ signal: stop.signal, emit }).catch((error) => error);
  expect(stopped.code ?? stopped.failures[0].code).toBe("interrupted");
  const written = await stored(database);
  expect(written.length % 1_000).toBe(0);
  expect(written.length).toBeLessThanOrEqual(4_000);
  proxy.reset();
  expect(await apply()).toMatchObject({ applied: ["docs"], failures: [] });
  expect(proxy.requests.filter(({ path }) => bulk(path))).toHaveLength(8 - written.length / 1_000);
  const all = await stored(database);
  expect(all).toHaveLength(8_000);
  expect(all.every((doc) => generation(doc) === 1)).toBe(true);
});

it("a batch with a lost answer is checked, and nothing is written twice", async () => {
  const database = await freshDatabase();
  const proxy = await behindProxy();
  const { apply } = await run(`{ database: ${database}, from: docs.ndjson, mode: overwrite }`, docs(2_000), proxy.url);
  proxy.faultWhen(({ path }) => bulk(path), "lost-after");
  expect(await apply()).toMatchObject({ applied: ["docs"], failures: [] });
  expect((await stored(database)).map(generation)).toEqual(Array(2_000).fill(1));
});

describe("however long the file is", () => {
  /** An endless file, and a server that answers when the test says so. */
  function scene() {
    let taken = 0;
    const waiting: (() => void)[] = [];
    let most = 0;
    const file = {
      name: "endless.ndjson",
      documents: Number.MAX_SAFE_INTEGER,
      largest: 30,
      async *read() {
        for (;;) {
          const index = taken;
          taken += 1;
          yield [{ id: `d${index}`, text: `{"_id":"d${index}"}`, index, line: index + 1 }] satisfies Sourced[];
        }
      },
    } as unknown as DocumentFile;
    const couch = {
      write: async (_method: string, _path: string, { json = "" }) => {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          most = Math.max(most, waiting.length);
        });
        return { status: 201, body: JSON.parse(json).docs.map(({ _id }: Doc) => ({ ok: true, id: _id, rev: "1-a" })) };
      },
    } as unknown as Couch;
    return { file, couch, waiting, taken: () => taken, most: () => most };
  }

  it("at most four batches are under way, and no more is read than they need", async () => {
    const { file, couch, waiting, taken, most } = scene();
    const stop = new AbortController();
    const context = { couch, signal: stop.signal, progress: () => {} };
    const place = { database: "db", isEmpty: true, copiesMayDiffer: false };
    const done = seed(context, place, file, { mode: "ifMissing", from: 0 }).catch((reason) => reason);
    for (let answered = 0; answered < 10; answered += 1) {
      while (waiting.length < 4) await new Promise(setImmediate);
      await new Promise(setImmediate);
      expect(taken()).toBeLessThanOrEqual((answered + 5) * 1_000 + 1);
      waiting.shift()?.();
    }
    stop.abort("enough");
    while (waiting.length > 0) {
      waiting.shift()?.();
      await new Promise(setImmediate);
    }
    expect(await done).toBe("enough");
    expect(most()).toBe(4);
  });
});
