/** What a real server does with documents: scenarios 21 and 22, and what the code takes for granted. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Gateway, openCouch } from "../../../src/couch/gateway.js";
import { apply, loadMigrations, plan } from "../../../src/index.js";
import { leastBytes } from "../../../src/objects/documents/document.js";
import { readStored } from "../../../src/objects/documents/stored.js";
import { writeDocuments } from "../../../src/objects/documents/write.js";
import { databaseName, freshDatabase, uniqueName } from "../../support/databases.js";
import { startProxy } from "../../support/proxy.js";
import { type Addressed, must, request } from "../../support/request.js";
import { onNodes, onReal, server, startCluster, startCouchDB } from "../../support/servers.js";
import { tempFolder } from "../../support/temp.js";

const never = new AbortController().signal;

function open({ url, admin }: Addressed, maxBody?: number): Gateway {
  const options = { emit: () => {}, signal: never, ...(maxBody ? { maxBody } : {}) };
  return openCouch({ url, username: admin.name, password: admin.password }, { ...options, readOnly: false });
}

let couch: Gateway;

beforeAll(() => {
  couch = open(server());
});
afterAll(() => couch.close());

async function run(yaml: string, on: Addressed = server(), files: Readonly<Record<string, string>> = {}) {
  const folder = await tempFolder({ "001.yaml": yaml, ...files });
  const set = uniqueName("set");
  const ledgerDatabase = databaseName("ledger", on);
  await must(on, "PUT", `/${ledgerDatabase}`);
  const migrations = await loadMigrations(folder, { env: {} });
  const connection = { url: on.url, username: on.admin.name, password: on.admin.password };
  const options = { connection, set, ledgerDatabase };
  return {
    apply: (more = {}) => apply(migrations, { ...options, ...more }),
    plan: (more = {}) => plan(migrations, { ...options, ...more }),
  };
}

const ids = async (database: string, on: Addressed = server()): Promise<string[]> =>
  (await must(on, "GET", `/${database}/_all_docs`)).rows
    .map(({ id }: { id: string }) => id)
    .filter((id: string) => !id.startsWith("_design/"));

const rule = 'function (newDoc) { if (newDoc.intruder) throw { forbidden: "no intruders" }; }';

describe("a batch with one document that validation rejects", () => {
  it("fails the step and names the document; the others are written, and confirmed", async () => {
    const database = await freshDatabase();
    await must(server(), "PUT", `/${database}/_design/rule`, { body: { validate_doc_update: rule } });
    const { apply, plan } = await run(
      `- id: docs\n  ensureDocuments: { database: ${database}, docs: [{ _id: a }, { _id: b, intruder: true }, { _id: c }] }\n`,
    );
    const { failures } = await apply();
    expect(failures).toMatchObject([
      { id: "docs", database, code: "request-failed", message: expect.stringContaining("b (forbidden: no intruders)") },
    ]);
    expect(failures[0]?.message).toContain("2 of 3 are written");
    expect(await ids(database)).toEqual(["a", "c"]);
    expect((await plan()).steps).toMatchObject([{ changes: [{ path: "/docs/b" }] }]);
    await must(server(), "PUT", `/${database}/b`, { body: {} });
    expect(await apply()).toMatchObject({ kept: [{ id: "docs" }], failures: [] });
  });
});

describe("a batch that CouchDB refuses as a whole", () => {
  const write = (database: string, docs: readonly object[]) =>
    writeDocuments(couch, database, docs as never, { total: docs.length, conflictsAreFine: true, signal: never });

  it("because of one id: that id is named, and the others are written", async () => {
    const database = databaseName();
    await must(server(), "PUT", `/${database}?partitioned=true`);
    const docs = Array.from({ length: 40 }, (_, n) => ({ _id: n === 33 ? "lost" : `p:${n}` }));
    await expect(write(database, docs)).rejects.toMatchObject({
      code: "request-failed",
      data: { refused: [{ id: "lost", error: "illegal_docid" }], written: 39, unsent: 0 },
    });
    expect(await ids(database)).toHaveLength(39);
  });

  it("because of all documents: the search for the faulty ones ends, and says how many were not reached", async () => {
    const database = databaseName();
    await must(server(), "PUT", `/${database}?partitioned=true`);
    const before = couch.requests.writes;
    const docs = Array.from({ length: 1_000 }, (_, n) => ({ _id: `d${n}` }));
    const error = await write(database, docs).catch((thrown) => thrown);
    expect(error.data).toMatchObject({ written: 0 });
    expect(error.data.refused.length + error.data.unsent).toBe(1_000);
    expect(couch.requests.writes - before).toBeLessThan(60);
  });

  it("because of a proxy's size limit: it is sent in parts", async () => {
    const database = await freshDatabase();
    const proxy = await startProxy(server().url);
    onTestFinished(proxy.close);
    const behind = open({ ...server(), url: proxy.url });
    onTestFinished(behind.close);
    proxy.faultWhen(({ path }) => path.endsWith("/_bulk_docs"), { status: 413, acted: false, body: "<html>" }, 3);
    const docs = Array.from({ length: 8 }, (_, n) => ({ _id: `d${n}` }));
    await writeDocuments(behind, database, docs, { conflictsAreFine: true, signal: never });
    expect(await ids(database)).toHaveLength(8);
  });
});

describe("a stored document", () => {
  it("may be larger than the largest answer: it is read in parts", async () => {
    const database = await freshDatabase();
    const small = open(server(), 5_000);
    onTestFinished(small.close);
    const docs = Array.from({ length: 10 }, (_, n) => ({ _id: `d${n}`, text: "x".repeat(1_000) }));
    await must(server(), "POST", `/${database}/_bulk_docs`, { body: { docs } });
    const stored = await readStored(small, database, [...docs.map(({ _id }) => _id), "none"], { docs: true });
    expect([...(stored?.values() ?? [])].map(({ doc }) => doc)).toMatchObject(docs);
  });

  it("is overwritten, but keeps attachments that the step does not name", async () => {
    const database = await freshDatabase();
    const _attachments = { "a b.txt": { content_type: "text/plain", data: "aGVsbG8=" } };
    await must(server(), "PUT", `/${database}/a`, { body: { n: 1, _attachments } });
    const { apply, plan } = await run(
      `- id: docs\n  ensureDocuments: { database: ${database}, mode: overwrite, docs: [{ _id: a, n: 2 }] }\n`,
    );
    expect(await apply()).toMatchObject({ applied: ["docs"], failures: [] });
    expect(await must(server(), "GET", `/${database}/a?attachments=true`)).toMatchObject({ n: 2, _attachments });
    expect(await plan({ verify: true })).toMatchObject({ changes: 0 });
  });

  onReal("reads back as we compare it", () => {
    it("numbers, strings, keys", async () => {
      const database = await freshDatabase();
      const numbers = [1e3, -0, 1.5e300, 2.5e-308, 0.1, 1e21, 1.2345678901234568e20, 2 ** 53, -1e-7, 123456.789e-20];
      const values = { numbers, "": "\u0000", " é✓🐛": '\u2028\\"', nested: { _id: 1, __: [null, true, {}, []] } };
      const docs = [
        { _id: "\u0000 é/?#&", ...values },
        ...numbers.map((n, i) => ({ _id: `n${i}`, n, n2: n * Math.PI })),
      ];
      const { apply, plan } = await run(
        `- id: docs\n  ensureDocuments: { database: ${database}, mode: overwrite, from: docs.json }\n`,
        server(),
        { "docs.json": JSON.stringify(docs) },
      );
      expect(await apply()).toMatchObject({ applied: ["docs"], failures: [] });
      expect(await plan({ verify: true })).toMatchObject({ changes: 0 });
    });
  });
});

it("a document that users have deleted stays deleted, and is reported as kept, without a write", async () => {
  const database = await freshDatabase();
  const { rev } = await must(server(), "PUT", `/${database}/a`, { body: {} });
  await must(server(), "DELETE", `/${database}/a?rev=${rev}`);
  const { apply } = await run(`- id: docs\n  ensureDocuments: { database: ${database}, docs: [{ _id: a }] }\n`);
  expect(await apply()).toMatchObject({ kept: [{ id: "docs" }], adopted: [], warnings: [] });
  expect(await ids(database)).toEqual([]);
});

it("thousands of documents are written in batches, and read in batches", async () => {
  const database = await freshDatabase();
  const docs = Array.from({ length: 2_500 }, (_, n) => ({ _id: `d${n}`, n }));
  const { apply, plan } = await run(
    `- id: docs\n  ensureDocuments: { database: ${database}, mode: overwrite, from: docs.json }\n`,
    server(),
    { "docs.json": JSON.stringify(docs) },
  );
  const planned = await plan();
  expect(planned.steps[0]?.changes.at(-1)).toMatchObject({ after: "2,480 more documents" });
  expect(await apply()).toMatchObject({ applied: ["docs"] });
  expect((await must(server(), "GET", `/${database}`)).doc_count).toBe(2_500);
  expect(await plan({ verify: true })).toMatchObject({ changes: 0 });
});

it("a document is removed with its conflicting revisions, after its content is shown", async () => {
  const database = await freshDatabase();
  const docs = ["1-a", "1-b", "1-c"].map((_rev) => ({ _id: "a", _rev, leaf: _rev }));
  await must(server(), "POST", `/${database}/_bulk_docs`, { body: { new_edits: false, docs } });
  const { apply, plan } = await run(`- id: gone\n  removeDocuments: { database: ${database}, ids: [a] }\n`);
  expect((await plan()).steps).toMatchObject([
    { action: "refused", changes: [{ path: "/ids/a", before: { leaf: "1-c" }, after: null }] },
  ]);
  expect(await apply()).toMatchObject({ failures: [{ code: "refused" }] });
  expect(await ids(database)).toEqual(["a"]);
  expect(await apply({ allowDestroy: true })).toMatchObject({ applied: ["gone"] });
  expect((await request(server(), "GET", `/${database}/a`)).body.reason).toBe("deleted");
});

describe("a removed database", () => {
  const yaml = (database: string) =>
    `- id: gone\n  removeDatabase: { name: ${database} }\n- id: others\n  ensureSecurity: { database: "${database}*" }\n`;

  it("is skipped by later steps, stays removed, and is pending again if somebody recreates it", async () => {
    const database = databaseName();
    await must(server(), "PUT", `/${database}`);
    await must(server(), "PUT", `/${database}/a`, { body: {} });
    const { apply, plan } = await run(yaml(database));
    expect((await plan()).steps).toMatchObject([
      {
        action: "refused",
        changes: [{ path: "/name", before: { documents: 1, bytes: expect.any(Number) }, after: null }],
      },
      { databases: {} },
    ]);
    expect(await apply()).toMatchObject({ failures: [{ id: "gone", code: "refused" }] });
    expect((await request(server(), "GET", `/${database}`)).status).toBe(200);

    const allowed = { allowDestroy: true };
    expect(await apply(allowed)).toMatchObject({ applied: ["gone"], failures: [] });
    expect(await apply(allowed)).toMatchObject({ result: "unchanged", requests: { writes: 0 } });

    // Even within the second of its removal.
    await must(server(), "PUT", `/${database}`);
    expect((await plan(allowed)).steps[0]).toMatchObject({ state: "pending", action: "remove" });
    expect(await apply(allowed)).toMatchObject({ applied: expect.arrayContaining(["gone"]), failures: [] });
    expect((await request(server(), "GET", `/${database}`)).status).toBe(404);
  });
});

onNodes("a document over the limit in a batch", () => {
  it("is reported before anything is sent", async () => {
    const text = JSON.stringify({ _id: "large", text: "x".repeat(8_000_000) });
    const migrations = run("- id: docs\n  ensureDocuments: { database: db, from: [a.json, large.json] }\n", server(), {
      "a.json": '{"_id":"a"}',
      "large.json": text,
    });
    await expect(migrations).rejects.toMatchObject({
      problems: [{ code: "document-too-large", message: expect.stringContaining("8 MB") }],
    });
  });

  it("is named if the server's limit is lower, with what was written and what was not reached", async () => {
    const node = await startCouchDB({ ini: { couchdb: { max_document_size: 100_000 } } });
    onTestFinished(node.close);
    await must(node, "PUT", "/db");
    // Three batches: the large one is in the second.
    const docs = Array.from({ length: 2_500 }, (_, n) => ({
      _id: `d${String(n).padStart(4, "0")}`,
      ...(n === 1_500 ? { text: "x".repeat(100_000) } : {}),
    }));
    const { apply } = await run("- id: docs\n  ensureDocuments: { database: db, from: docs.json }\n", node, {
      "docs.json": JSON.stringify(docs),
    });
    const { failures } = await apply();
    expect(failures[0]?.message).toMatch(
      /^db refused 1 document: d1500 \(document_too_large: .*\); 1999 of 2500 are written, 500 were not reached$/,
    );
    expect(await ids("db", node)).toHaveLength(1_999);
  });

  it("is measured as CouchDB measures it", async () => {
    const database = await freshDatabase();
    const put = (doc: object) => request(server(), "POST", `/${database}/_bulk_docs`, { body: { docs: [doc] } });
    const room = 8_000_000 - '{"t":"","n":[1.5,-10,true,null,{}]}'.length;
    for (const character of ["x", "é", "\n", "🐛"]) {
      const times = Math.floor(room / Buffer.byteLength(character));
      const text = character.repeat(times) + "x".repeat(room - times * Buffer.byteLength(character));
      const fits = { t: text, n: [1.5, -10, true, null, {}] };
      expect([leastBytes(fits), (await put({ _id: `a${times}`, ...fits })).status]).toEqual([8_000_000, 201]);
      const not = { ...fits, t: `${text}x` };
      expect([leastBytes(not), (await put({ _id: `b${times}`, ...not })).status]).toEqual([8_000_001, 413]);
    }
  });
});

onNodes("documents that a minority of the nodes takes", () => {
  it("fail the step, although they can be read", async () => {
    const { nodes, close } = await startCluster(3);
    onTestFinished(close);
    const [first, ...others] = nodes;
    if (!first) throw new Error("three nodes");
    await must(first, "PUT", "/db");
    for (const node of others) await node.stop();
    const on = open(first);
    onTestFinished(on.close);
    const docs = [{ _id: "a" }, { _id: "b" }];
    const write = writeDocuments(on, "db", docs, { total: 2, conflictsAreFine: true, signal: never });
    await expect(write).rejects.toMatchObject({ code: "below-quorum", data: { database: "db", documents: 2 } });
  });
});

onReal("integers above 2^53", () => {
  const [exact, near] = ["9007199254740993", "9007199254740992"];
  const textOf = async (database: string, id: string) => {
    const { url, admin } = server();
    const authorization = `Basic ${Buffer.from(`${admin.name}:${admin.password}`).toString("base64")}`;
    return (await fetch(`${url}/${database}/${id}`, { headers: { authorization } })).text();
  };

  it.each([
    ["a.json", `[{ "_id": "a", "n": ${exact} }]`],
    ["a.ndjson", `{"_id":"a","n":${exact}}\n`],
    ["a.ndjson", `{"n":${exact},"_id":"a","_rev":"1-a"}\n`],
  ])("keep their digits, and differ by the last one: %s %s", async (file, text) => {
    const database = await freshDatabase();
    const yaml = `- id: docs\n  ensureDocuments: { database: ${database}, from: ${file}, mode: overwrite }\n`;
    const { apply, plan } = await run(yaml, server(), { [file]: text });
    expect(await apply()).toMatchObject({ failures: [] });
    expect(await textOf(database, "a")).toContain(`"n":${exact}`);
    expect(await plan({ verify: true })).toMatchObject({ changes: 0 });

    const { _rev } = await must(server(), "GET", `/${database}/a`);
    await must(server(), "PUT", `/${database}/a`, { body: { n: Number(near), _rev } });
    const drifted = await plan({ verify: true });
    expect(drifted.steps).toMatchObject([
      { changes: [{ path: "/docs/a/n", before: Number(near), after: `${exact} (number)` }] },
    ]);
    expect(await apply({ verify: true })).toMatchObject({ failures: [] });
    expect(await textOf(database, "a")).toContain(`"n":${exact}`);
  });
});
