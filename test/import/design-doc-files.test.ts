import { describe, expect, test } from "vitest";
import { designDocFiles } from "../../src/import/design-doc-files.js";
import { memoryFiles } from "../../src/import/memory-files.js";
import type { DesignDoc } from "../../src/objects/design-docs/design-doc.js";
import { readSources } from "../../src/objects/design-docs/sources.js";

const map = "function (doc) {\n  emit(doc._id);\n}";
const requires = (module: string) => `function (doc) {\n  return require("${module}").a;\n}`;
const views = { all: { map } };

async function paths(docs: Record<string, DesignDoc>) {
  const { files } = await designDocFiles("design/db", docs);
  return [...files.keys()].map((path) => path.slice("design/db/".length)).sort();
}

describe("there is one function per file", () => {
  test.each<[string, DesignDoc, string[]]>([
    ["a view", { views }, ["d/views/all/map.js"]],
    [
      "reduces, built-in or not",
      { views: { a: { map, reduce: "_count" }, b: { map, reduce: "function (k, v) { return 1; }" } } },
      ["d/views/a/map.js", "d/views/a/reduce", "d/views/b/map.js", "d/views/b/reduce.js"],
    ],
    ["options of a view", { views: { a: { map, options: { x: 1 } } } }, ["d/views/a/map.js", "d/views/a/options.json"]],
    [
      "language and modules",
      { language: "javascript", views: { ...views, lib: { a: "exports.a = 1;" } } },
      ["d/language", "d/views/all/map.js", "d/views/lib/a.js"],
    ],
    ["a template among the modules", { lib: { page: "<p>" }, views }, ["d/lib/page", "d/views/all/map.js"]],
    [
      "functions of other kinds",
      { validate_doc_update: map, filters: { f: map }, updates: { u: map } },
      ["d/filters/f.js", "d/updates/u.js", "d/validate_doc_update.js"],
    ],
    [
      "modules among functions",
      {
        filters: { f: requires("filters/lib/a"), lib: { a: "exports.a = 1;\n", page: "<p>" } },
        shows: { s: requires("shows/b"), b: "exports.b = 1;" },
        utils: "exports.c = 1;",
        updates: { u: requires("utils") },
      },
      [
        "d/_id",
        "d/filters/f.js",
        "d/filters/lib/a.js",
        "d/filters/lib/page",
        "d/shows/b.js",
        "d/shows/s.js",
        "d/updates/u.js",
        "d/utils.js",
      ],
    ],
    [
      "modules that nobody requires",
      { lists: { lib: { a: "exports.a = 1;" } }, filters: { f: map } },
      ["d/_id", "d/filters/f.js", "d/lists.json"],
    ],
    [
      "another language",
      { language: "erlang", views: { a: { map: "fun({Doc}) -> ok end." } } },
      ["d/language", "d/views/a/map"],
    ],
    [
      "functions and modules that end in a newline",
      { views: { a: { map: `${map}\n`, reduce: `${map} \n` } }, lib: { m: "exports.a = 1;\n" }, note: "x\n" },
      ["d/lib/m.js", "d/note.json", "d/views/a/map.js", "d/views/a/reduce.js"],
    ],
    [
      "a selector that validates",
      { language: "query", validate_doc_update: { newDoc: { a: { $type: "number" } } } },
      ["d/language", "d/validate_doc_update.json"],
    ],
    ["a document without functions", { autoupdate: false }, ["d/_id", "d/autoupdate.json"]],
    ["a view with a dot", { views: { "by.owner": { map } } }, ["d/views/by.owner/map.js"]],
  ])("%s", async (_, doc, expected) => {
    expect(await paths({ d: doc })).toEqual(expected);
  });
});

describe("what files can't hold becomes JSON", () => {
  test.each<[string, DesignDoc]>([
    ["white space before a function", { views: { a: { map: `\n${map}` } } }],
    ["a carriage return", { views: { a: { map: "function (doc) {\r\n}" } } }],
    ["a byte order mark", { views: { a: { map: `\ufeff${map}` } } }],
    ["a slash in a name", { views: { "a/b": { map } } }],
    ["a name that leads out of the folder", { views: { "..": { map } } }],
    ["a backslash", { views: { "a\\b": { map } } }],
    ["names that differ by their case", { views: { A: { map }, a: { map } } }],
    ["a device name on Windows", { views: { con: { map } } }],
    ["a hidden file", { filters: { ".f": map } }],
    ["a name with two normal forms", { filters: { "e\u0301": map } }],
    ["a name of 200 characters", { filters: { ["f".repeat(200)]: map } }],
    ["an empty view", { views: {}, filters: {}, "lists~": "" }],
    ["an unknown field of a view", { views: { a: { map, note: "x" } } }],
    ["a misspelled field", { langauge: "javascript", views }],
  ])("%s", async (_, doc) => {
    expect(await paths({ d: doc })).toEqual(["d.json"]);
  });
});

describe("is read back byte for byte", () => {
  test.each<[string, Record<string, DesignDoc>]>([
    [
      "names that entries of a folder have",
      { views: { views }, filters: { filters: { f: map } }, language: { views } },
    ],
    [
      "names that files can't have",
      { "a/b": { views }, "..": { views }, _x: { views }, con: { views }, "a ": { views } },
    ],
    ["names that differ by their case", { Brood: { views }, brood: { views: { all: { map: ` ${map}` } } } }],
    ["names that end like files", { "d.json": { views }, d: { views: { "a/b": { map } } } }],
    [
      "fields that JavaScript objects have",
      { d: JSON.parse('{"views":{"__proto__":{"map":"function(d){}"},"constructor":{"map":"function(d){}"}}}') },
    ],
    ["an empty text", { d: { lib: { empty: "" }, views } }],
  ])("%s", async (_, docs) => {
    const { from, files } = await designDocFiles("design/db", docs);
    const memory = memoryFiles(files);
    const found = await readSources(memory, from);
    expect(memory.problems).toEqual([]);
    expect(Object.fromEntries(found.map(({ name, doc: { _id, ...doc } }) => [name, doc]))).toEqual(docs);
    const lower = [...files.keys()].map((path) => path.toLowerCase());
    expect(new Set(lower).size).toBe(lower.length);
  });
});
