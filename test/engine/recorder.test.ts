import { expect, it } from "vitest";
import { milestones, Recorder } from "../../src/engine/recorder.js";
import type { Run } from "../../src/engine/session.js";
import type { Entry } from "../../src/ledger/ledger.js";
import { fakeCouch } from "../steps/fake-couch.js";

const place = { database: "ledger", set: "s", own: true };
const document = "/ledger/_local/couchdb-migrate-s";
const entry: Entry = {
  kind: "ensureDesignDocs",
  checksum: `1:${"0".repeat(64)}`,
  former: [],
  appliedAt: "2026-01-01T00:00:00.000Z",
  milliseconds: 12,
  version: "1.0.0",
  databases: { "a-database-with-a-name": "1700000000" },
};

function open(steps: number, ready = async () => {}) {
  const taken = () => ({ status: 201, body: { rev: "0-1700000000000" } });
  const couch = fakeCouch({ writes: { [`PUT ${document}`]: taken } });
  return { couch, recorder: new Recorder({ couch, place } as unknown as Run, async () => undefined, steps, ready) };
}

/** What is written to the ledger while this many steps are applied, one after another. */
async function writesFor(steps: number): Promise<number[]> {
  const { couch, recorder } = open(steps);
  for (let i = 0; i < steps; i += 1) await recorder.record(`step-${String(i).padStart(6, "0")}`, () => entry, false);
  await recorder.flush();
  return couch.written.map(({ body }) => Buffer.byteLength(JSON.stringify(body)));
}

it.each([
  [4, []],
  [49, [25]],
  [100, [25, 50]],
  [700, [44, 88, 175, 350]],
])("the ledger for %d steps is written after %j, and at the end", (steps, expected) => {
  expect(milestones(steps)).toEqual(expected);
});

it("writes a number of bytes that grows linearly, in documents that CouchDB accepts", async () => {
  const [few, many] = [await writesFor(1_000), await writesFor(10_000)];
  const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
  expect(sum(many) / sum(few)).toBeLessThanOrEqual(11);
  expect(Math.max(...many)).toBeLessThan(8_000_000);
  expect(few).toHaveLength(milestones(1_000).length + 1);
});

it("writes once for all milestones passed during a write", async () => {
  let settle = () => {};
  const { couch, recorder } = open(700, () => new Promise((resolve) => (settle = resolve)));
  const recorded: Promise<void>[] = [];
  const record = async (count: number) => {
    for (let i = 0; i < count; i += 1) recorded.push(recorder.record(`step-${recorded.length}`, () => entry, false));
    await new Promise(setImmediate);
  };
  await record(44);
  await record(356);
  settle();
  await record(10);
  settle();
  await record(10);
  settle();
  await Promise.all(recorded);
  const sizes = couch.written.map(({ body }) => Object.keys((body as { entries: object }).entries).length);
  expect(sizes).toEqual([44, 410]);
});

it("notes the files once, before its first write, and continues from there", async () => {
  const { couch } = open(4);
  const begun: number[] = [];
  const ledger = { formatVersion: 1, set: "s", entries: { before: entry }, versions: { v2: 2 } } as const;
  const noted = async () => {
    begun.push(couch.written.length);
    return { ledger, rev: "0-1700000000000" };
  };
  const recorder = new Recorder({ couch, place } as unknown as Run, noted, 4, async () => {});
  await recorder.record("a", () => entry, false);
  expect(begun).toEqual([]);
  await recorder.record("b", () => entry, true);
  await recorder.record("c", () => entry, true);
  expect(begun).toEqual([0]);
  expect(couch.written[0]?.body).toMatchObject({ entries: { before: {}, a: {}, b: {} }, versions: { v2: 2 } });
});

it("writes a one-time step immediately, with all steps before it", async () => {
  const { couch, recorder } = open(4);
  await recorder.record("a", () => entry, false);
  await recorder.record("b", () => entry, true);
  await recorder.record("c", () => entry, false);
  expect(couch.written.map(({ body }) => Object.keys((body as { entries: object }).entries))).toEqual([["a", "b"]]);
});

it("makes an entry only when it is ready, and leaves later ones to the next write", async () => {
  let incarnation = "0";
  let settle = () => {};
  const { couch, recorder } = open(4, () => new Promise((resolve) => (settle = resolve)));
  const first = recorder.record("a", () => ({ ...entry, databases: { a: incarnation } }), true);
  await new Promise(setImmediate);
  await recorder.record("b", () => entry, false);
  incarnation = "1700000009";
  settle();
  await first;
  expect(couch.written).toMatchObject([{ body: { entries: { a: { databases: { a: "1700000009" } } } } }]);
  const rest = recorder.flush();
  await new Promise(setImmediate);
  settle();
  await rest;
  expect(couch.written.map(({ body }) => Object.keys((body as { entries: object }).entries))).toEqual([
    ["a"],
    ["a", "b"],
  ]);
});
