/** What only a server can show: predicted revisions, deletions, recreations, edited steps, refusals. */
import { beforeAll, describe, expect, it } from "vitest";
import { predictedRevision } from "../../../src/couch/predicted-revision.js";
import { must } from "../../support/request.js";
import { onReal, server } from "../../support/servers.js";
import { Killed, killedAt, Scene } from "./scene.js";

const plusOne = (document: Record<string, unknown>) => ({ ...document, counter: Number(document.counter) + 1 });
let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open([]);
  return () => scene.close();
});

const counters = async () =>
  Object.fromEntries((await scene.documents()).map(({ _id, counter }) => [_id, counter] as const));
const fresh = async (step: string, ...ids: string[]) => {
  for (const { _id } of await scene.documents()) await scene.remove(_id);
  for (const _id of ids) await scene.make({ _id, counter: 0 });
  scene.step = step;
};

onReal("a revision comes out as it was foretold", () => {
  const bodies: [title: string, object][] = [
    ["nothing", {}],
    ["atoms", { n: null, t: true, f: false }],
    ["texts", { s: "ü✓😀\u0000\n", é: "", "10": 1, a: 2 }],
    ["lists of bytes, and others", { a: [1, 2, 3], b: [], c: [255, 256], d: [-1], e: [[0]] }],
    ["objects", { a: {}, b: [{}], c: { _x: { y: [] } } }],
    ["integers", { a: 255, b: 256, c: 2 ** 31 - 1, d: 2 ** 31, e: -(2 ** 31), f: -(2 ** 31) - 1, g: 2 ** 53, h: -0 }],
    ["large numbers", { a: 123456789012345680000, b: 1e21, c: 1e300 }],
    ["fractions", { a: 0.1, b: -1.5e-7, c: 1.5 }],
    [
      "a long list of bytes",
      { a: Array.from({ length: 65_535 }, () => 7), b: Array.from({ length: 65_536 }, () => 7) },
    ],
  ];
  it.each(bodies)("%s", async (title, body) => {
    const { rev } = await must(server(), "PUT", `/${scene.database}/${encodeURIComponent(title)}`, { body: { v: 0 } });
    const edit = { _id: title, _rev: rev, ...body };
    const [row] = await must(server(), "POST", `/${scene.database}/_bulk_docs`, { body: { docs: [edit] } });
    expect(row.rev).toBe(predictedRevision(edit, rev));
    const deletion = { _id: title, _rev: row.rev, _deleted: true };
    const [gone] = await must(server(), "POST", `/${scene.database}/_bulk_docs`, { body: { docs: [deletion] } });
    expect(gone.rev).toBe(predictedRevision(deletion, row.rev));
  });

  it("attachments", async () => {
    const attachment = (content_type: string, text: string) => ({ content_type, data: btoa(text) });
    const _attachments = { "b.txt": attachment("text/plain", "larva ".repeat(99)), a: attachment("image/png", "") };
    await must(server(), "PUT", `/${scene.database}/attached`, { body: { _attachments } });
    const edit = { ...(await must(server(), "GET", `/${scene.database}/attached`)), v: 1 };
    const [row] = await must(server(), "POST", `/${scene.database}/_bulk_docs`, { body: { docs: [edit] } });
    expect(row.rev).toBe(predictedRevision(edit, edit._rev));
  });
});

describe("a document", () => {
  it("that is created, or deleted and recreated, behind the walk is changed, and a changed one is not", async () => {
    await fresh("again", "a", "b", "c");
    let done = false;
    const act = async ({ path }: { path: string }) => {
      if (done || !path.endsWith("_changes")) return;
      done = true;
      await scene.make({ _id: "0", counter: 0 });
      await scene.remove("a");
      await scene.make({ _id: "a", counter: 100 });
      for (let i = 0; i < 3; i += 1) await scene.edit("b", (b) => ({ ...b, counter: Number(b.counter) + 10 }));
      await scene.remove("c");
    };
    await scene.run(plusOne, { before: act });
    expect(await counters()).toEqual({ "0": 1, a: 101, b: 31 });
  });

  it("that no longer matches when it is to be written is left alone", async () => {
    await fresh("matching", "a", "b");
    let done = false;
    const act = async ({ path }: { path: string }) => {
      if (done || !path.endsWith("_bulk_docs")) return;
      done = true;
      await scene.edit("a", (a) => ({ ...a, counter: -5 }));
    };
    await scene.run(plusOne, { before: act }, { selector: { counter: { $gte: 0 } } });
    expect(await counters()).toEqual({ a: -5, b: 1 });
  });

  it("with our edit on some copies, and somebody else's on others, is changed as the winner left it", async () => {
    // It does not accept revisions from outside.
    if (server().kind === "embedded") return;
    await fresh("split", "a", "b");
    let dead = false;
    const killed = scene.run(plusOne, {
      before: () => {
        if (dead) throw new Killed();
      },
      after: ({ path }) => {
        dead ||= path.endsWith("_bulk_docs");
        if (dead) throw new Killed();
      },
    });
    await expect(killed).rejects.toThrow(Killed);
    // As from internal replication: it loses to ours.
    const theirs = "0".repeat(32);
    const { _revisions } = await must(server(), "GET", `/${scene.database}/a?revs=true`);
    const { start, ids } = _revisions as { start: number; ids: readonly string[] };
    const edit = { _id: "a", _rev: `${start}-${theirs}`, _revisions: { start, ids: [theirs, ids[1]] }, counter: 10 };
    await must(server(), "POST", `/${scene.database}/_bulk_docs`, { body: { docs: [edit], new_edits: false } });
    expect(await counters()).toEqual({ a: 1, b: 1 });
    expect(await scene.run(plusOne)).toMatchObject({ changed: 2 });
    expect(await counters()).toEqual({ a: 11, b: 1 });
    expect(await must(server(), "GET", `/${scene.database}/a?conflicts=true`)).not.toHaveProperty("_conflicts");
  });

  it("is deleted if that is allowed", async () => {
    await fresh("deleting", "a", "b");
    const onlyB = (document: Record<string, unknown>) => (document._id === "a" ? null : document);
    await expect(scene.run(onlyB)).rejects.toMatchObject({ code: "refused", data: { ids: ["a"] } });
    expect(await counters()).toEqual({ a: 0, b: 0 });
    expect(await scene.run(onlyB, {}, { allowDestroy: true })).toMatchObject({ changed: 1, deleted: 1 });
    expect(await counters()).toEqual({ b: 0 });
  });

  it("that makes the function fail is named, nothing in its batch is written, and the edited step continues", async () => {
    await fresh("failing", "a", "b");
    const fails = (document: Record<string, unknown>) => {
      if (document._id === "b") throw new Error("no legs");
      return plusOne(document);
    };
    await expect(scene.run(fails)).rejects.toMatchObject({
      code: "step-failed",
      data: { documents: [{ id: "b", message: "no legs" }] },
    });
    expect(await counters()).toEqual({ a: 0, b: 0 });
    await scene.run(plusOne, {}, { checksum: "1:b" });
    expect(await counters()).toEqual({ a: 1, b: 1 });
  });

  it("is not changed again by a step that was edited before it was done", async () => {
    await fresh("edited", "a", "b");
    let seen = 0;
    const afterFirstRecord = ({ method, path }: { method: string; path: string }) => {
      if (method === "PUT" && path.includes("batch")) seen += 1;
      if (seen > 0 && path.endsWith("_changes")) throw new Killed();
    };
    await expect(scene.run(plusOne, { before: afterFirstRecord })).rejects.toThrow(Killed);
    await scene.make({ _id: "c", counter: 0 });
    await scene.edit("b", (b) => ({ ...b, counter: Number(b.counter) + 10 }));
    await scene.run((document) => ({ ...document, counter: Number(document.counter) + 100 }), {}, { checksum: "1:b" });
    expect(await counters()).toEqual({ a: 1, b: 11, c: 100 });
  });

  it("with conflicting revisions is named before it is changed, if the step refuses them", async () => {
    await fresh("conflicted", "a", "c");
    for (const half of ["1", "2"]) {
      const docs = [{ _id: "b", _rev: `1-${half.repeat(32)}`, counter: 0, half }];
      await must(server(), "POST", `/${scene.database}/_bulk_docs`, { body: { docs, new_edits: false } });
    }
    const [no, yes] = [{ conflicts: "refuse" }, { conflicts: "leave" }] as const;
    await expect(scene.run(plusOne, {}, no)).rejects.toMatchObject({
      code: "step-failed",
      data: { documents: [{ id: "b", message: expect.stringContaining("conflicting revisions") }] },
    });
    expect(await counters()).toEqual({ a: 0, b: 0, c: 0 });
    // Documents that the step leaves alone do not matter.
    const notB = (document: Record<string, unknown>) => (document._id === "b" ? document : plusOne(document));
    expect(await scene.run(notB, {}, no)).toMatchObject({ changed: 2, conflicted: 0 });
    expect(await counters()).toEqual({ a: 1, b: 0, c: 1 });
    scene.step = "conflicted-left";
    expect(await scene.run(plusOne, {}, yes)).toMatchObject({ changed: 3, conflicted: 1 });
    const { _conflicts } = await must(server(), "GET", `/${scene.database}/b?conflicts=true`);
    expect(_conflicts).toEqual([`1-${"1".repeat(32)}`]);
  });

  it("with a number that JavaScript can't represent is named, and not written", async () => {
    await fresh("exact", "a");
    const body = '{"_id":"big","counter":0,"id":9007199254740993}';
    const { url, admin } = server();
    const authorization = `Basic ${btoa(`${admin.name}:${admin.password}`)}`;
    const headers = { authorization, "content-type": "application/json" };
    if (server().kind === "embedded") return;
    await fetch(`${url}/${scene.database}/big`, { method: "PUT", headers, body });
    await expect(scene.run(plusOne)).rejects.toMatchObject({ data: { documents: [{ id: "big" }] } });
    await scene.run((document) => (document._id === "big" ? document : plusOne(document)), {}, { checksum: "1:b" });
    expect((await counters()).a).toBe(1);
  });
});

describe("a plan", () => {
  it("counts the documents, and not the design documents among them", async () => {
    await fresh("counted", "A", "b", "c");
    await must(server(), "PUT", `/${scene.database}/_design/counted`, { body: {} });
    expect(await scene.matching(undefined)).toBe(3);
    expect(await scene.matching({ _id: { $gt: "b" } })).toBe(1);
    const { _rev } = await must(server(), "GET", `/${scene.database}/_design/counted`);
    await must(server(), "DELETE", `/${scene.database}/_design/counted?rev=${_rev}`);
  });
});

onReal("an index whose order is not that of ids", () => {
  it("hides no document from a selector", async () => {
    await fresh("ordered", "A", "B", "Z", "a", "b", "z", "~", "ß", "1", "10");
    const index = { index: { fields: ["counter", "_id"] }, ddoc: "by-counter", name: "by-counter" };
    await must(server(), "POST", `/${scene.database}/_index`, { body: index });
    const ids = { index: { fields: ["_id"] }, ddoc: "by-id", name: "by-id" };
    const killed = scene.run(plusOne, killedAt(7, "before"), { selector: { counter: 0 } });
    await killed.catch(() => {});
    await must(server(), "POST", `/${scene.database}/_index`, { body: ids });
    await scene.run(plusOne, {}, { selector: { counter: 0 } });
    const found = Object.entries(await counters()).filter(([id]) => !id.startsWith("_design/"));
    expect(found.map(([, counter]) => counter)).toEqual(found.map(() => 1));
    expect(found).toHaveLength(10);
  });
});
