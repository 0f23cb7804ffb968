/** What files need, compared with what was measured (docs/kubernetes.md), and what is refused. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { databasesOf, writeMigrations } from "../../bench/fixtures.js";
import { Need } from "../../src/migrations/memory.js";
import { Problems } from "../../src/migrations/problems.js";
import { readSources } from "../../src/migrations/sources.js";
import { assertFits as assertDocumentFits } from "../../src/objects/documents/memory.js";
import { tempFolder } from "../support/temp.js";

const mib = 2 ** 20;

test.each([
  [700, 19],
  [3_000, 26],
  [10_000, 80],
])("%i steps: the estimate is within a quarter of %i MiB", async (steps, measured) => {
  const folder = join(await tempFolder(), "migrations");
  await writeMigrations(folder, databasesOf({ prefix: "swarm", databases: 100, stepsEach: steps / 100 }));
  const need = new Need(Number.POSITIVE_INFINITY);
  for (const { text } of readSources(folder, new Problems())) need.addYaml(text);
  expect(need.bytes / mib / measured).toBeGreaterThan(0.75);
  expect(need.bytes / mib / measured).toBeLessThan(1.25);
});

test.each([
  [3_000, 56],
  [10_000, 160],
])("%i steps in one file: the estimate is within a quarter of %i MiB", async (steps, measured) => {
  const folder = join(await tempFolder(), "migrations");
  await writeMigrations(folder, databasesOf({ prefix: "swarm", databases: 1, stepsEach: steps }));
  const need = new Need(Number.POSITIVE_INFINITY);
  for (const { text } of readSources(folder, new Problems())) need.addYaml(text);
  expect(need.bytes / mib / measured).toBeGreaterThan(0.75);
  expect(need.bytes / mib / measured).toBeLessThan(1.25);
});

test("9 MB of small documents in JSON: the estimate is within a quarter of 70 MiB", () => {
  const one = { _id: "z00000", kind: "zergling", brood: 10000, born: "2020-01-01", tags: ["a", "b", "c"] };
  const need = new Need(Number.POSITIVE_INFINITY);
  need.addFile(JSON.stringify(Array.from({ length: 30_000 }, () => ({ ...one, note: "x".repeat(200) }))));
  expect(need.bytes / mib / 70).toBeGreaterThan(0.75);
  expect(need.bytes / mib / 70).toBeLessThan(1.25);
});

test("long functions in YAML count as text", () => {
  const need = new Need(Number.POSITIVE_INFINITY);
  const before = need.bytes;
  need.addYaml(`map: |\n${"  if (doc.kind === 'zergling') emit([doc.brood, doc.born], 1);\n".repeat(10_000)}`);
  expect((need.bytes - before) / mib).toBeLessThan(1);
});

test("40 design documents of half a megabyte are refused where V8 may use 35 MiB, with what all of them need", () => {
  const need = new Need(35 * mib);
  for (let i = 0; i < 40; i += 1) need.addFile("x".repeat(485_000));
  const refused = expect.objectContaining({ code: "too-little-memory", data: { needed: 108, heap: 78, limit: 35 } });
  expect(() => need.assertFits()).toThrowError(refused);
});

const text = (megabytes: number) => "x".repeat(megabytes * 1e6);
const records = (megabytes: number) => '{"n":1,"word":"w1"},'.repeat((megabytes * 1e6) / 20);

test.each([
  ["1 MB of text", text(1), 64, 32, "fits"],
  ["1 MB of small values", records(1), 64, 32, "fits"],
  ["3 MB of text", text(3), 84, 32, "fits"],
  ["3 MB of small values", records(3), 84, 32, "needs about 95 MiB of memory, 45 MiB of it for V8; V8 may use 32 MiB"],
  ["7 MB of text", text(7), 64, 32, "needs about 131 MiB of memory, 55 MiB of it for V8; V8 may use 32 MiB"],
  ["7 MB of text", text(7), 132, 56, "fits"],
  [
    "7 MB of small values",
    records(7),
    132,
    32,
    "needs about 163 MiB of memory, 87 MiB of it for V8; V8 may use 32 MiB",
  ],
  ["7 MB of small values", records(7), 164, 88, "fits"],
])("a document with %s", (_, document, container, heap, said) => {
  const limits = { container: container * mib, heap: heap * mib };
  const check = () => assertDocumentFits(document, "seed.ndjson:3", limits);
  if (said === "fits") check();
  else expect(check).toThrowError(`${said}, and the container has ${container} MiB`);
});
