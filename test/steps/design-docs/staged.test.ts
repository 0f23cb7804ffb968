/** The staged deployment, on a real CouchDB. */
import { expect, it } from "vitest";
import { must, request } from "../../support/request.js";
import { onReal, server } from "../../support/servers.js";
import {
  bigDatabase,
  bring,
  count,
  designDocs,
  desiredOf,
  docOf,
  indexOf,
  newView,
  oldView,
  open,
  plan,
  startReader,
} from "./big-database.js";

const newDoc = docOf(newView);

onReal("a changed view in a big database", () => {
  it("is built alongside the old one, and no reader notices", async () => {
    const database = await bigDatabase(server());
    const couch = open(server());
    const desired = desiredOf(database, newDoc);
    const before = await indexOf(server(), database);
    const reader = startReader(server(), database);
    const progress: { done: number; total: number }[] = [];
    const difference = await bring(couch, desired, {
      progress: (update: { done: number; total: number }) => progress.push(update),
    });
    const after = await indexOf(server(), database);
    expect(await reader.stop()).toEqual([`by-kind 200 ${count}`, `changing 200 ${count}`]);
    expect(difference).toMatchObject({ action: "update", rebuilds: [{ designDoc: "brood", documents: count }] });
    // Only the design documents themselves are left to index.
    expect(after.updates_pending.total).toBeLessThan(10);
    expect(after.signature).not.toBe(before.signature);
    // What the index lacked at the first reading: CouchDB may have started before that.
    expect(progress.at(-1)?.total).toBeGreaterThan(0);
    expect(progress.at(-1)?.done).toBe(progress.at(-1)?.total);
    expect(await designDocs(server(), database)).toEqual(["brood"]);
    const { rows } = await must(server(), "GET", `/${database}/_design/brood/_view/changing?limit=1`);
    expect(rows[0].key).toBe(1 - count);
    expect(await bring(couch, desired)).toMatchObject({ action: "none" });
  });

  it.each([
    ["that is to be deployed in place", newDoc, { deploy: "inPlace" as const }],
    ["whose views stay", docOf(oldView, { filters: { f: "function () { return true; }" } }), {}],
  ])("is written immediately: a document %s", async (_, doc, more) => {
    const database = await bigDatabase(server());
    const couch = open(server());
    await bring(couch, desiredOf(database, doc, more));
    expect(couch.requests.writes).toBe(1);
    expect(await designDocs(server(), database)).toEqual(["brood"]);
  });

  it("refuses a document that somebody else has changed meanwhile, and names both revisions", async () => {
    const database = await bigDatabase(server());
    const couch = open(server());
    const planned = await must(server(), "GET", `/${database}/_design/brood`);
    let theirs = "";
    const meddle = async () => {
      if (theirs !== "") return;
      theirs = "being written";
      theirs = (await must(server(), "PUT", `/${database}/_design/brood`, { body: { ...planned, theirs: true } })).rev;
    };
    await expect(bring(couch, desiredOf(database, newDoc), { progress: () => void meddle() })).rejects.toMatchObject({
      code: "refused",
      data: { planned: planned._rev, found: expect.stringMatching(/^2-/) },
    });
    expect(await must(server(), "GET", `/${database}/_design/brood`)).toMatchObject({ _rev: theirs, theirs: true });
    expect(await designDocs(server(), database)).toHaveLength(2);
    await bring(couch, desiredOf(database, newDoc));
    expect(await designDocs(server(), database)).toEqual(["brood"]);
  });

  it("continues what an earlier run has started", async () => {
    const database = await bigDatabase(server());
    const couch = open(server());
    const interrupted = new AbortController();
    const stop = { signal: interrupted.signal, progress: () => interrupted.abort(new Error("stop")) };
    await expect(bring(couch, desiredOf(database, newDoc), stop)).rejects.toThrow("stop");
    const [, staged = ""] = await designDocs(server(), database);
    const { _rev } = await must(server(), "GET", `/${database}/_design/${encodeURIComponent(staged)}`);
    const { signature } = await indexOf(server(), database, staged);
    const writes = couch.requests.writes;
    await bring(couch, desiredOf(database, newDoc));
    // The former version and its removal, the document, the clean-up, and the removal of the staged one, which was not
    // written again.
    expect(couch.requests.writes - writes).toBe(5);
    expect(_rev).toMatch(/^1-/);
    expect(await indexOf(server(), database)).toMatchObject({ signature });
    expect(await designDocs(server(), database)).toEqual(["brood"]);
  });

  it("leaves nothing of a version that is no longer wanted", async () => {
    const database = await bigDatabase(server());
    const couch = open(server());
    const interrupted = new AbortController();
    const stop = { signal: interrupted.signal, progress: () => interrupted.abort(new Error("stop")) };
    await expect(bring(couch, desiredOf(database, newDoc), stop)).rejects.toThrow("stop");
    const [, staged] = await designDocs(server(), database);
    await expect(bring(couch, desiredOf(database, docOf(oldView, { lists: {} })))).resolves.toMatchObject({
      action: "update",
    });
    expect(await designDocs(server(), database)).toEqual(["brood"]);
    expect(staged).toMatch(/^brood--staged-/);
  });

  it("keeps the former version, whose index a rollback reuses", async () => {
    const database = await bigDatabase(server());
    const couch = open(server());
    const before = await indexOf(server(), database);
    const validate_doc_update = "function (newDoc) { if (newDoc.bad) throw { forbidden: 'bad' }; }";
    await must(server(), "PUT", `/${database}/_design/brood`, {
      body: { ...(await must(server(), "GET", `/${database}/_design/brood`)), validate_doc_update },
    });
    const there = await bring(couch, desiredOf(database, newDoc, { keepPrevious: true }));
    expect(there.rebuilds).toMatchObject([{ wayBack: "catchUp", keptBytes: expect.any(Number) }]);
    expect(await designDocs(server(), database)).toEqual(["brood", "brood--previous"]);
    const { signature } = await indexOf(server(), database, "brood--previous");
    expect(signature).toBe(before.signature);
    // The validation function of a former version is no longer called.
    expect((await request(server(), "POST", `/${database}`, { body: { bad: true } })).status).toBe(201);

    // Nothing but a query updates its index any more.
    expect(await must(server(), "GET", `/${database}/_design/brood--previous`)).toMatchObject({ autoupdate: false });
    await must(server(), "POST", `/${database}/_bulk_docs`, {
      body: { docs: Array.from({ length: 200 }, () => ({})) },
    });
    await must(server(), "GET", `/${database}/_design/brood/_view/changing?limit=0`);
    const { updates_pending } = await indexOf(server(), database, "brood--previous");
    expect(updates_pending.total).toBeGreaterThan(200);

    const builds: number[] = [];
    const progress = ({ done, total }: { done: number; total: number }) => builds.push(total - done);
    const back = await bring(couch, desiredOf(database, docOf(oldView)), { progress });
    expect(back.rebuilds).toMatchObject([{ reuses: "brood--previous", documents: count + 201, wayBack: "build" }]);
    expect(Math.max(...builds)).toBeLessThan(220);
    expect(await indexOf(server(), database)).toMatchObject({ signature: before.signature });
    expect(await designDocs(server(), database)).toEqual(["brood"]);
  });

  it("is planned with what is missing in an index that another document already has", async () => {
    const database = await bigDatabase(server(), 1_100);
    const couch = open(server());
    await must(server(), "PUT", `/${database}/_design/twin`, { body: { ...newDoc, autoupdate: false } });
    const lacking = async () => {
      const [rebuild] = (await plan(couch, desiredOf(database, newDoc))).difference.rebuilds;
      return [rebuild?.reuses, rebuild?.pending];
    };
    // Its documents, and both design documents.
    expect(await lacking()).toEqual(["twin", 1_102]);
    await must(server(), "GET", `/${database}/_design/twin/_view/changing?limit=0`);
    expect(await lacking()).toEqual(["twin", 0]);
  });

  it("overwrites no document that only has the name of one of ours", async () => {
    const database = await bigDatabase(server());
    await must(server(), "PUT", `/${database}/_design/brood--previous`, { body: { theirs: true } });
    const desired = desiredOf(database, newDoc, { keepPrevious: true });
    const { difference } = await plan(open(server()), desired);
    expect(difference).toMatchObject({
      action: "refused",
      refusals: [{ code: "previous-name-taken", designDoc: "brood--previous" }],
    });
    await bring(open(server()), desired);
    expect(await must(server(), "GET", `/${database}/_design/brood--previous`)).toMatchObject({ theirs: true });
    expect(await must(server(), "GET", `/${database}/_design/brood`)).toMatchObject(docOf(oldView));
  });

  it("is built in every shard of a database with partitions", async () => {
    const database = await bigDatabase(server(), count, true);
    await bring(open(server()), desiredOf(database, newDoc));
    expect((await indexOf(server(), database)).updates_pending.total).toBeLessThan(10);
    expect(await designDocs(server(), database)).toEqual(["brood"]);
  });

  it.each<[string, unknown, string]>([
    [
      "map throws for every document",
      { map: "function (doc) { emit(doc.a.b, 1); }" },
      `has no rows, but had ${count} before`,
    ],
    // CouchDB has only built-in ones for partitioned views.
    ["reduce is JavaScript", { ...newView, reduce: "function (keys) { return keys.length; }" }, "invalid_ejson"],
  ])("is not deployed to a database with partitions if its %s", async (_, changing, reason) => {
    const database = await bigDatabase(server(), count, true);
    const brood = docOf(changing);
    await expect(bring(open(server()), desiredOf(database, brood))).rejects.toMatchObject({
      code: "step-failed",
      message: expect.stringContaining(reason),
    });
    expect(await designDocs(server(), database)).toEqual(["brood"]);
    expect(await must(server(), "GET", `/${database}/_design/brood`)).toMatchObject(docOf(oldView));
  });

  it("is built only on queries if the document says so", async () => {
    const database = await bigDatabase(server());
    await bring(open(server()), desiredOf(database, { ...newDoc, autoupdate: false }));
    expect(await must(server(), "GET", `/${database}/_design/brood`)).toMatchObject({ autoupdate: false });
    expect((await indexOf(server(), database)).updates_pending.total).toBeLessThan(10);
  });

  it.each([1, 2])("is built alongside others, up to %i concurrently", async (builds) => {
    const database = await bigDatabase(server(), 2_000);
    await must(server(), "PUT", `/${database}/_design/nest`, { body: docOf(oldView) });
    const docs = { brood: newDoc, nest: docOf({ map: "function (doc) { emit([doc.n], null); }" }) };
    const seen: { what: string; left: number }[] = [];
    const progress = ({ what, done, total }: { what: string; done: number; total: number }) => {
      seen.push({ what, left: total - done });
    };
    await bring(open(server()), { ...desiredOf(database, newDoc), docs }, { builds, progress });
    const second = seen.findIndex(({ what }) => what === "building _design/nest (by-kind, changing)");
    const first = seen.slice(0, second).findLast(({ what }) => what === "building _design/brood (by-kind, changing)");
    // While CouchDB has not committed the first index, the second one is built.
    if (builds === 1) expect(first?.left).toBeLessThan(100);
    else expect(seen.length).toBeGreaterThan(2);
    expect(await designDocs(server(), database)).toEqual(["brood", "nest"]);
    for (const name of ["brood", "nest"]) {
      expect((await indexOf(server(), database, name)).updates_pending.total).toBeLessThan(10);
    }
  });

  const empty = { map: "function (doc) { if (doc.gone) emit(doc.n, 1); }" };

  it.each([
    ["first", { brood: docOf(empty), nest: newDoc }, "brood"],
    ["last", { brood: newDoc, nest: docOf(empty) }, "nest"],
  ])("is not deployed when another document of its step, the %s, is refused", async (_, docs, at) => {
    const database = await bigDatabase(server(), 2_000);
    await must(server(), "PUT", `/${database}/_design/nest`, { body: docOf(oldView) });
    await must(server(), "GET", `/${database}/_design/nest/_view/changing?limit=0`);
    // Written immediately, because its views stay.
    await must(server(), "PUT", `/${database}/_design/den`, { body: docOf(oldView) });
    const den = docOf(oldView, { filters: { f: "function () { return true; }" } });
    const desired = { ...desiredOf(database, newDoc), docs: { den, ...docs } };
    await expect(bring(open(server()), desired)).rejects.toMatchObject({
      code: "step-failed",
      message: expect.stringMatching(
        new RegExp(`^view changing of _design/${at} in ${database} has no rows, but had 2000 before\\.`),
      ),
      data: { designDoc: at, views: ["changing"] },
      next: expect.stringContaining(`\`mayBeEmpty: ["${at}/changing"]\``),
    });
    for (const name of ["brood", "nest", "den"]) {
      const { _rev } = await must(server(), "GET", `/${database}/_design/${name}`);
      expect([name, _rev]).toEqual([name, expect.stringMatching(/^1-/)]);
    }
  });

  it("is deployed without rows if the step says that it may be empty", async () => {
    const database = await bigDatabase(server());
    const reader = startReader(server(), database);
    const mayBeEmpty = ["brood/changing"];
    await bring(open(server()), desiredOf(database, docOf(empty), { mayBeEmpty }));
    expect(await reader.stop()).toContain(`by-kind 200 ${count}`);
    expect(await must(server(), "GET", `/${database}/_design/brood`)).toMatchObject(docOf(empty));
    expect(await must(server(), "GET", `/${database}/_design/brood/_view/changing`)).toMatchObject({ rows: [] });
    expect(await designDocs(server(), database)).toEqual(["brood"]);
  });

  it("shows the number of views if many are built", async () => {
    const database = await bigDatabase(server(), 1_100);
    const views = Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`v${i}`, oldView]));
    const seen = new Set<string>();
    const progress = ({ what }: { what: string }) => seen.add(what);
    await bring(open(server()), desiredOf(database, { views }), { progress });
    expect([...seen]).toEqual(["building _design/brood (33 views)"]);
  });

  it("names all faulty views together", async () => {
    const database = await bigDatabase(server(), 2_000);
    const doc = { views: { "by-kind": { ...empty, reduce: "_sum" }, changing: empty } };
    await expect(bring(open(server()), desiredOf(database, doc))).rejects.toMatchObject({
      data: { views: ["by-kind", "changing"] },
    });
  });

  it.each<[string, unknown, string]>([
    [
      "reduce overflows",
      { map: "function (doc) { emit(doc.n, 'spawning pool'); }", reduce: "function (keys, values) { return values; }" },
      "view changing of _design/brood",
    ],
    [
      "map throws for every document",
      { map: "function (doc) { emit(doc.a.b, 1); }" },
      "view changing of _design/brood",
    ],
    ["map never ends", { map: "function (doc) { if (doc.n === 7) for (;;); emit(doc.n, 1); }" }, "os_process_error"],
  ])(
    "is not deployed if its %s",
    async (_, changing, reason) => {
      const database = await bigDatabase(server());
      await expect(bring(open(server()), desiredOf(database, docOf(changing)))).rejects.toMatchObject({
        code: "step-failed",
        message: expect.stringContaining(reason),
      });
      expect(await designDocs(server(), database)).toEqual(["brood"]);
      expect(await must(server(), "GET", `/${database}/_design/brood`)).toMatchObject(docOf(oldView));
      // A function that never ends costs CouchDB five seconds per attempt, several times.
    },
    180_000,
  );
});
