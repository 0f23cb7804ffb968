/** What a plan shows for many documents, and for documents that earlier steps will change. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { type ApplyOptions, apply, loadMigrations, plan, status } from "../../src/index.js";
import { planMarkdown } from "../../src/render/plan-markdown.js";
import { planText } from "../../src/render/plan-text.js";
import { plain } from "../../src/render/style.js";
import { databaseName } from "../support/databases.js";
import { tempFolder } from "../support/temp.js";
import { ownSet } from "./own-set.js";

let database: string;
let options: ApplyOptions;

beforeEach(async () => {
  database = databaseName("previews");
  options = await ownSet();
});

const steps = {
  made: () => `ensureDatabase: { name: ${database} }`,
  docs: () => `ensureDocuments: { database: ${database}, docs: [{ _id: a, age: 1 }, { _id: b, age: 2 }] }`,
  moreDocs: () => `ensureDocuments: { database: ${database}, docs: [{ _id: c, age: 3 }] }`,
  many: () =>
    `ensureDocuments: { database: ${database}, docs: ${JSON.stringify(Array.from({ length: 30 }, (_, i) => ({ _id: `d${i}` })))} }`,
  views: () =>
    `ensureDesignDocs: { database: ${database}, docs: { all: { views: { all: { map: "function (doc) { emit(1); }" } } } } }`,
  index: () => `ensureIndexes: { database: ${database}, indexes: { by-age: { index: { fields: [age] } } } }`,
  security: () => `ensureSecurity: { database: ${database} }`,
  age: () => `transformDocuments: { database: ${database}, set: { /years: 1 } }`,
  years: () => `transformDocuments: { database: ${database}, set: { /days: 365 } }`,
  remove: () => `removeDocuments: { database: ${database}, ids: [a] }`,
};
type Id = keyof typeof steps;

const load = async (...ids: Id[]) =>
  loadMigrations(await tempFolder({ "001.yaml": ids.map((id) => `- id: ${id}\n  ${steps[id]()}\n`).join("") }));

describe("a preview says which pending steps it does not include", () => {
  test.each<[string, Id[], Id[], Partial<Record<Id, Id[]>>]>([
    [
      "documents that are loaded before an index is built",
      [],
      ["made", "docs", "views", "index"],
      { views: ["docs"], index: ["docs"] },
    ],
    ["a transformation before a second one", ["made", "docs"], ["made", "docs", "age", "years"], { years: ["age"] }],
    [
      "a transformation before seed documents",
      ["made", "docs"],
      ["made", "docs", "age", "moreDocs"],
      { moreDocs: ["age"] },
    ],
    ["nothing about documents that other steps name", [], ["made", "docs", "moreDocs"], {}],
    ["nothing about a step that is already applied", ["made", "docs"], ["made", "docs", "views", "age"], {}],
    ["nothing if the preview does not depend on documents", [], ["made", "docs", "security"], {}],
    ["nothing about later steps", [], ["made", "views", "docs"], {}],
  ])("%s", async (_, before, ids, without) => {
    if (before.length > 0) await apply(await load(...before), options);
    const planned = await plan(await load(...ids), { ...options, allowDestroy: true });
    const found = planned.steps.flatMap(({ id, previewWithout }) => (previewWithout ? [[id, previewWithout]] : []));
    expect(Object.fromEntries(found)).toEqual(without);
    const sentences = [
      ...planText(planned, plain, { columns: 300 }).matchAll(/it does not include what (.*) will change first/g),
    ];
    expect(sentences.map(([, named]) => named)).toEqual(Object.values(without).map((named) => named.join(", ")));
    expect(planMarkdown(planned).match(/it does not include what/g)?.length ?? 0).toBe(sentences.length);
  });
});

describe("many documents", () => {
  test("are counted, and shown field by field with details", async () => {
    const planned = await plan(await load("made", "many"), options);
    const [, step] = planned.steps;
    expect(step?.brief).toEqual([{ path: "/docs", before: null, after: "30 documents" }]);
    expect(step?.changes).toHaveLength(21);
    for (const text of [planText(planned, plain), planMarkdown(planned)]) {
      expect(text).toContain("30 documents");
      expect(text).not.toContain("d0");
    }
    for (const text of [planText(planned, plain, { details: true }), planMarkdown(planned, { details: true })]) {
      expect(text).toContain("document d0");
      expect(text).toContain("10 more documents");
    }
  });

  test("a few are named in any case", async () => {
    const planned = await plan(await load("made", "docs"), options);
    expect(planned.steps[1]).not.toHaveProperty("brief");
    expect(planText(planned, plain)).toContain("2 documents  a, b");
  });

  test("the same preview in several databases is shown once", async () => {
    const other = databaseName("previews");
    const folder = await tempFolder({
      "001.yaml": [database, other].map((name) => `- id: ${name}\n  ensureDatabase: { name: ${name} }\n`).join(""),
      "002.yaml": `- id: many\n  ${steps.many().replace(database, `[${database}, ${other}]`)}\n`,
    });
    const planned = await plan(await loadMigrations(folder), options);
    const databases = [database, other].sort();
    expect(planned.steps.at(-1)?.brief).toEqual([{ databases, path: "/docs", before: null, after: "30 documents" }]);
  });
});

test("status ran scripts, and took as long as they did", async () => {
  await apply(await load("made", "docs"), options);
  const folder = await tempFolder({
    "001.yaml": `- id: legs\n  transformDocuments: { database: ${database}, script: x.mjs }\n`,
  });
  const ran = join(folder, "ran");
  const script = `import { writeFileSync } from "node:fs";
    export default () => { writeFileSync(${JSON.stringify(ran)}, ""); throw new Error("no legs"); };`;
  writeFileSync(join(folder, "x.mjs"), script);
  const migrations = await loadMigrations(folder);
  expect((await status(migrations, options)).steps).toMatchObject([{ id: "legs", state: "pending", notes: [] }]);
  expect(existsSync(ran)).toBe(false);
  const [planned] = (await plan(migrations, options)).steps;
  expect(planned?.notes).toEqual(["a document can't be changed: a: no legs", expect.stringContaining("b: no legs")]);
  expect(existsSync(ran)).toBe(true);
});

test("status compared all documents in a large file", async () => {
  await apply(await load("made", "docs"), options);
  const folder = await tempFolder({
    "001.yaml": `- id: seed\n  ensureDocuments: { database: ${database}, from: seed.ndjson }\n`,
    "seed.ndjson": '{"_id":"c"}\n{"_id":"d"}\n',
  });
  const migrations = await loadMigrations(folder);
  const looks = async (call: typeof status | typeof plan) => {
    const said: string[] = [];
    await call(migrations, { ...options, emit: ({ type }) => void said.push(type) });
    return said.filter((type) => type === "step-progress").length;
  };
  // To find out that there is work, the first documents are enough.
  expect(await looks(status)).toBe(1);
  expect(await looks(plan)).toBe(2);
});
