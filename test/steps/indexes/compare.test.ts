import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ensureIndexes } from "../../../src/kinds/ensure-indexes.js";
import { removeIndexes } from "../../../src/kinds/remove-indexes.js";
import { shownDefinition } from "../../../src/objects/indexes/definition.js";
import type { StepFiles } from "../../../src/steps/step-files.js";
import { selector } from "./selectors.js";

type Spec = Parameters<NonNullable<typeof ensureIndexes.resolve>>[0];
type Indexes = NonNullable<Spec["indexes"]>;
type IndexSpec = Indexes[string];
type Observed = NonNullable<Parameters<typeof ensureIndexes.diff>[1]>;
type Stored = Observed["indexes"][number];

const target = { database: "zerglings" };
const noFiles = {} as StepFiles;
const owner: Stored = { ddoc: "mango-i", name: "i", type: "json", partitioned: false, def: { fields: [{ a: "asc" }] } };

async function desiredOf(spec: IndexSpec) {
  const desired = await ensureIndexes.resolve?.({ database: "zerglings", indexes: { i: spec } }, noFiles);
  if (!desired) throw new Error("no resolve");
  return desired;
}

async function differenceOf(spec: IndexSpec, indexes: readonly Partial<Stored>[], partitioned = false) {
  const stored = indexes.map((one) => ({ ...owner, ...one }));
  return ensureIndexes.diff(
    await desiredOf(spec),
    { indexes: stored, partitioned, documents: 7, bytes: 70, set: "default" },
    target,
  );
}

const changesOf = ({ changes }: Awaited<ReturnType<typeof differenceOf>>) =>
  Object.fromEntries(changes.map(({ path, before, after }) => [path.replace("/indexes/i", ""), [before, after]]));

describe("diff", () => {
  const filtered = (filter: object) => ({ def: { ...owner.def, partial_filter_selector: filter } });
  it.each<[string, IndexSpec, Partial<Stored>, object]>([
    ["the same", { index: { fields: ["a"] } }, {}, {}],
    ["the other spelling", { index: { fields: [{ a: "asc" }], partial_filter_selector: {} } }, {}, {}],
    [
      "a filter in another spelling and order",
      { index: { fields: ["a"], partial_filter_selector: { b: 1, c: { d: 2 } } } },
      filtered({ $and: [{ "c.d": { $eq: 2 } }, { b: { $eq: 1 } }] }),
      {},
    ],
    [
      "CouchDB before 3.0, which does not report `partitioned`",
      { index: { fields: ["a"] } },
      { partitioned: undefined as never },
      {},
    ],
    ["`partitioned` with the default value", { index: { fields: ["a"] }, partitioned: false }, {}, {}],
    ["another field", { index: { fields: ["b"] } }, {}, { "/index/fields": [[{ a: "asc" }], [{ b: "asc" }]] }],
    [
      "another direction",
      { index: { fields: [{ a: "desc" }] } },
      {},
      { "/index/fields": [[{ a: "asc" }], [{ a: "desc" }]] },
    ],
    [
      "fields in another order",
      { index: { fields: ["b", "a"] } },
      { def: { fields: [{ a: "asc" }, { b: "asc" }] } },
      {
        "/index/fields": [
          [{ a: "asc" }, { b: "asc" }],
          [{ b: "asc" }, { a: "asc" }],
        ],
      },
    ],
    [
      "another filter",
      { index: { fields: ["a"], partial_filter_selector: { b: 1 } } },
      filtered({ b: { $eq: 2 } }),
      { "/index/partial_filter_selector": [{ b: { $eq: 2 } }, { b: { $eq: 1 } }] },
    ],
    [
      "a filter that is not declared",
      { index: { fields: ["a"] } },
      filtered({ b: { $eq: 2 } }),
      { "/index/partial_filter_selector": [{ b: { $eq: 2 } }, null] },
    ],
    [
      "another type",
      { type: "text", index: { fields: [{ name: "a", type: "string" }] } },
      {},
      { "/type": ["json", "text"], "/index/fields": [[{ a: "asc" }], [{ a: "string" }]] },
    ],
  ])("%s", async (_, spec, stored, changes) => {
    const difference = await differenceOf(spec, [stored]);
    expect(changesOf(difference)).toMatchObject(changes);
    expect(difference.action).toBe(Object.keys(changes).length > 0 ? "update" : "none");
    expect(difference.rebuilds).toEqual(
      Object.keys(changes).length > 0
        ? [{ database: "zerglings", designDoc: "mango-i", views: ["i"], documents: 7, bytes: 70, staged: false }]
        : [],
    );
  });

  it.each([
    ["in another design document", { ddoc: "other" }],
    ["with another name", { ddoc: "mango-j", name: "j" }],
  ])("creates alongside one %s", async (_, stored) => {
    expect(await differenceOf({ index: { fields: ["a"] } }, [stored])).toMatchObject({
      action: "create",
      changes: [
        {
          path: "/indexes/i",
          before: null,
          after: { type: "json", ddoc: "mango-i", index: { fields: [{ a: "asc" }] } },
        },
      ],
      rebuilds: [{ designDoc: "mango-i", views: ["i"], documents: 7 }],
      warnings: [],
    });
  });

  it("creates if there is no database", async () => {
    const difference = ensureIndexes.diff(await desiredOf({ index: { fields: ["a"] } }), undefined, target);
    expect(difference).toMatchObject({ action: "create", rebuilds: [{ documents: 0 }] });
  });

  it("names the indexes that are rebuilt with it", async () => {
    const neighbour = { ...owner, name: "j" };
    expect(await differenceOf({ index: { fields: ["b"] } }, [{}, neighbour])).toMatchObject({
      rebuilds: [{ views: ["j", "i"] }],
      warnings: [{ code: "index-not-alone", index: "i", ddoc: "mango-i", neighbours: ["j"] }],
    });
    expect(await differenceOf({ index: { fields: ["a"] } }, [{}, neighbour])).toMatchObject({
      action: "none",
      warnings: [],
    });
  });

  it("removes a left-over index of another type, without a build", async () => {
    const left = { ...owner, type: "text", def: { fields: [] } };
    const difference = await differenceOf({ index: { fields: ["a"] } }, [{}, left]);
    expect(changesOf(difference)).toEqual({ "/type": ["text", null] });
    expect(difference).toMatchObject({
      action: "update",
      rebuilds: [],
      write: { inPlace: [{ writes: false, obsolete: ["text"] }], staged: [] },
    });
  });

  const partitioned = { partitioned: true };
  it.each<[string, IndexSpec, readonly Partial<Stored>[], boolean, string, object]>([
    ["like the database", { index: owner.def }, [partitioned], true, "none", {}],
    ["unlike the database", { index: owner.def }, [{}], true, "update", { "/partitioned": [false, true] }],
    [
      "unlike the declaration",
      { index: owner.def, partitioned: false },
      [partitioned],
      true,
      "update",
      { "/partitioned": [true, false] },
    ],
    [
      "in a database that is not partitioned",
      { index: owner.def, partitioned: true },
      [],
      false,
      "refused",
      { "": [null, expect.anything()] },
    ],
    ["with a neighbour", { index: owner.def }, [{}, { name: "j" }], true, "refused", { "/partitioned": [false, true] }],
  ])("partitioned %s", async (_, spec, stored, byDefault, action, changes) => {
    const difference = await differenceOf(spec, stored, byDefault);
    expect(difference.action).toBe(action);
    expect(changesOf(difference)).toEqual(changes);
    expect(difference.write === undefined).toBe(action !== "update");
  });
});

describe("for any definition", () => {
  const fields = fc.uniqueArray(fc.constantFrom("a", "b", "1", "c.d"), { minLength: 1 });
  const definition = fc.tuple(fields, fc.constantFrom("asc", "desc"), fc.option(selector, { nil: undefined }));

  it("its normal form is stable, and not a difference", () =>
    fc.assert(
      fc.asyncProperty(definition, async ([fields, direction, filter]) => {
        const index = {
          fields: fields.map((field) => (direction === "asc" ? field : { [field]: direction })),
          ...(filter ? { partial_filter_selector: filter } : {}),
        };
        const shown = shownDefinition("json", index);
        expect(shownDefinition("json", shown)).toEqual(shown);
        expect((await differenceOf({ index }, [{ def: shown }])).changes).toEqual([]);
      }),
    ));
});

describe("check", () => {
  async function problemsOf(spec: Spec, texts: Readonly<Record<string, string>> = {}): Promise<(string | number)[][]> {
    const problems: (string | number)[][] = [];
    const folderOf = (path: string) => Object.keys(texts).filter((name) => name.startsWith(`${path}/`));
    const files: StepFiles = {
      text: async (path) => texts[path],
      large: async () => undefined,
      kindOf: async (path) => (path in texts ? "file" : "folder"),
      list: async (path) => folderOf(path).map((name) => ({ name: name.slice(path.length + 1), folder: false })),
      problem: (at, code) => problems.push(["pointer" in at ? at.pointer : `${at.file}:${at.line}:${at.column}`, code]),
    };
    await ensureIndexes.resolve?.(spec, files);
    return problems;
  }
  const check = (indexes: Indexes) => problemsOf({ database: "zerglings", indexes });

  it.each<[object, string[]]>([
    [{ fields: ["a", { b: "asc" }] }, []],
    [{ fields: [{ a: "desc" }, { b: "desc" }] }, []],
    [{}, [""]],
    [{ fields: [] }, ["/fields"]],
    [{ fields: [], partial_filter_selector: { type: "zergling" } }, []],
    [{ fields: ["a", { b: "desc" }] }, ["/fields"]],
    [{ fields: [{ a: "up" }, { a: "asc", b: "asc" }, { "": "asc" }] }, ["/fields/0", "/fields/1", "/fields/2"]],
    [{ fields: ["a"], default_field: {} }, ["/default_field"]],
  ])("%j", async (index, paths) => {
    expect(await check({ i: { index } as IndexSpec })).toEqual(
      paths.map((at) => [`/indexes/i/index${at}`, "index-definition"]),
    );
  });

  it("leaves the other types to CouchDB", async () => {
    expect(await check({ i: { type: "text", index: { default_field: {} } } })).toEqual([]);
  });

  it("needs files or indexes", () => {
    const problems = ensureIndexes.check?.spec?.({ database: "zerglings" });
    expect(problems?.map(({ code }) => code)).toEqual(["no-indexes"]);
  });

  it("says where in a file what is wrong", async () => {
    const files = {
      "indexes/a.json": '{"index": {"fields": ["a", {"b": "up"}]}}',
      "indexes/b.json": '{"index": {"fields": ["b"]},\n "typ": "json"}',
      "indexes/c.json": "{\n",
      "indexes/d.json": '{"index": {"fields": ["d"]}, "ddoc": "mango-a"}',
      "indexes/e.json": '{"index": {"fields": ["e"]}, "name": "a"}',
      "indexes/f.json": '{"index": {"fields": ["f"]}, "ddoc": 7}',
      "indexes/g.json": "{}",
    };
    expect(await problemsOf({ database: "zerglings", from: "indexes" }, files)).toEqual([
      ["indexes/b.json:2:9", "index-definition"],
      ["indexes/c.json:2:1", "json-syntax"],
      ["indexes/f.json:1:38", "index-definition"],
      ["indexes/g.json:1:1", "index-definition"],
      ["indexes/d.json:1:1", "shared-design-doc"],
      ["indexes/e.json:1:1", "duplicate-index"],
      ["indexes/a.json:1:28", "index-definition"],
    ]);
  });

  it("one design document per index", async () => {
    const index = { fields: ["a"] };
    expect(await check({ i: { index }, j: { index, ddoc: "_design/mango-i" }, k: { index } })).toEqual([
      ["/indexes/j", "shared-design-doc"],
    ]);
  });
});

it("reads what Hyperledger Fabric keeps", async () => {
  const text = '{"index":{"fields":["docType","owner"]},"ddoc":"indexOwnerDoc","name":"indexOwner","type":"json"}';
  const files = { kindOf: async () => "file", text: async () => text } as unknown as StepFiles;
  const desired = await ensureIndexes.resolve?.({ database: "zerglings", from: "owner.json" }, files);
  expect(desired?.indexes).toEqual({
    indexOwner: { index: { fields: ["docType", "owner"] }, type: "json", ddoc: "indexOwnerDoc" },
  });
});

it("claims its design document, and itself", async () => {
  const desired = await ensureIndexes.resolve?.(
    {
      database: ["b", "a-*"],
      indexes: { i: { index: { fields: ["a"] } }, j: { index: { fields: ["b"] }, ddoc: "_design/d" } },
    },
    noFiles,
  );
  expect(desired && ensureIndexes.claims(desired)).toEqual([
    "designDoc/a-*/mango-i",
    "index/a-*/mango-i/i",
    "designDoc/a-*/d",
    "index/a-*/d/j",
    "designDoc/b/mango-i",
    "index/b/mango-i/i",
    "designDoc/b/d",
    "index/b/d/j",
  ]);
});

describe("removeIndexes", () => {
  async function removal(names: Parameters<NonNullable<typeof removeIndexes.resolve>>[0]["indexes"]) {
    const desired = await removeIndexes.resolve?.({ database: "zerglings", indexes: names }, noFiles);
    if (!desired) throw new Error("no resolve");
    const observed = {
      indexes: [owner, { ...owner, name: "j" }],
      partitioned: false,
      documents: 7,
      bytes: 70,
      set: "default",
    };
    return { claims: removeIndexes.claims(desired), ...removeIndexes.diff(desired, observed, target) };
  }

  it("says what is lost, and claims what ensureIndexes claims", async () => {
    expect(await removal(["k", "i", { name: "j", ddoc: "_design/mango-i" }])).toMatchObject({
      action: "remove",
      changes: [
        { path: "/indexes/1", before: owner, after: null },
        { path: "/indexes/2", before: { ...owner, name: "j" }, after: null },
      ],
      warnings: [],
      claims: ["index/zerglings/mango-k/k", "index/zerglings/mango-i/i", "index/zerglings/mango-i/j"],
    });
  });

  it("is done if there is none, and says where there is one with that name", async () => {
    expect(await removal(["k"])).toMatchObject({ action: "none", changes: [], warnings: [] });
    expect(await removal(["j"])).toMatchObject({
      action: "none",
      warnings: [{ code: "index-elsewhere", others: ["mango-i"] }],
    });
  });
});
