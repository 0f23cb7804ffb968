import { describe, expect, it } from "vitest";
import { InvalidInput } from "../../../src/contract/problem.js";
import { loadMigrations } from "../../../src/migrations/load.js";
import { tempFolder } from "../../support/temp.js";

type Files = Readonly<Record<string, string>>;

const map = "function (doc) { emit(doc.owner); }";

function yaml(fields: string): string {
  return `- id: views\n  ensureDesignDocs:\n    database: zerglings\n${fields.replaceAll(/^/gm, "    ")}\n`;
}

async function load(files: Files, fields = "from: design") {
  const folder = await tempFolder({ "m/001.yaml": yaml(fields.replace("from: ", "from: ../")), ...files });
  try {
    const { steps } = await loadMigrations(`${folder}/m`, { env: {} });
    const desired = steps[0]?.desired as { docs: Record<string, unknown> } | undefined;
    return desired?.docs ?? {};
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.problems.map(({ file, line, column, code, message }) => ({
      at: `${file.replace(`${folder}/`, "")}:${line}:${column}`,
      code,
      message,
    }));
  }
}

const below = (start: string, files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${start}/${path}`, text]));

describe("a folder tree", () => {
  it("is one design document, with one field per file", async () => {
    const docs = await load(
      below("design", {
        _id: "_design/zerglings\n",
        language: "javascript\n",
        "options.json": '{ "include_design": true }',
        "views/by-owner/map.js": `\n${map}\r\n`,
        "views/by-owner/reduce": "_count\n",
        "views/by-age/map": map,
        "views/by-age/reduce.txt": "_stats",
        "views/lib/a.js": "exports.a = 1;\n",
        "views/lib/deep/b.js": "exports.b = require('../a').a;",
        "lists/all.js": "function (head, req) {\n\n}",
        "shows/one.js": "function (doc, req) {}",
        "filters/mine.js": "(doc) => true",
        "updates/touch.js": "function (doc, req) {}",
        "validate_doc_update.js": "function (doc) {}",
        "rewrites.json": '[{ "from": "a", "to": "b" }]',
        "lib/text": " plain \n",
        "autoupdate.json": "false",
        ".DS_Store": "x",
        ".couchapprc": "{}",
        "views/.map.js.swp": "x",
      }),
    );
    expect(docs).toEqual({
      zerglings: {
        language: "javascript",
        options: { include_design: true },
        views: {
          "by-owner": { map, reduce: "_count" },
          "by-age": { map, reduce: "_stats" },
          lib: { a: "exports.a = 1;", deep: { b: "exports.b = require('../a').a;" } },
        },
        lists: { all: "function (head, req) {\n\n}" },
        shows: { one: "function (doc, req) {}" },
        filters: { mine: "(doc) => true" },
        updates: { touch: "function (doc, req) {}" },
        validate_doc_update: "function (doc) {}",
        rewrites: [{ from: "a", to: "b" }],
        lib: { text: "plain" },
        autoupdate: false,
      },
    });
  });

  it("may come from couchapp", async () => {
    const docs = await load(
      below("design", {
        "couchapp.json": '{ "name": "app" }',
        "README.md": "# App\n",
        "index.html": "<p>",
        "_docs/seed.json": "{}",
        "templates/list.html": "<ul>\n",
        "templates/deep/row.min.html": "<li>",
        "client/click.js": "import x from 'y'; $(",
        "client/config.json": '{ "a": 1 }',
        "vendor/lib/all.js": "(",
        "views/v/map.js": map,
        "filters/f.js": "function () { return require('vendor/used') }",
        "vendor/used.js": "exports.a = 1",
      }),
    );
    expect(docs).toEqual({
      design: {
        couchapp: { name: "app" },
        README: "# App",
        index: "<p>",
        templates: { list: "<ul>", deep: { "row.min": "<li>" } },
        client: { click: "import x from 'y'; $(", config: { a: 1 } },
        vendor: { lib: { all: "(" }, used: "exports.a = 1" },
        views: { v: { map } },
        filters: { f: "function () { return require('vendor/used') }" },
      },
    });
  });

  it("may have the modules that its code requires anywhere", async () => {
    const files = {
      "filters/mine.js":
        "function () { return [require('filters/lib/a'), require('filters/plain'), require('utils')]; }",
      "filters/plain.js": "exports.a = 1;",
      "filters/lib/a.js": "exports.b = require('./deep/b');",
      "filters/lib/deep/b.js": "exports.b = 1;",
      "filters/lib/row.html": "<li>\n",
      "utils.js": "exports.a = 1;",
      "views/v/map.js": map,
      "views/v/util.js": "exports.a = 1;",
      "updates/touch.js": "function () { require('views/v/util'); }",
    };
    expect(await load(below("design", files))).toEqual({
      design: {
        filters: {
          mine: files["filters/mine.js"],
          plain: "exports.a = 1;",
          lib: { a: files["filters/lib/a.js"], deep: { b: "exports.b = 1;" }, row: "<li>" },
        },
        utils: "exports.a = 1;",
        views: { v: { map, util: "exports.a = 1;" } },
        updates: { touch: files["updates/touch.js"] },
      },
    });
  });

  it("may hold functions in Erlang", async () => {
    const erlang = "fun({Doc}) -> Emit(1, 2) end.";
    const files = {
      language: "erlang\n",
      "views/v/map.erl": erlang,
      "views/v/reduce.erl": "_sum",
      "filters/f.erl": erlang,
    };
    expect(await load(below("design", files))).toEqual({
      design: { language: "erlang", views: { v: { map: erlang, reduce: "_sum" } }, filters: { f: erlang } },
    });
  });

  const extra = {
    "README.md": "x",
    "client/click.js": "x",
    "client/keep.txt": "x",
    "lib/a~": "x",
    "lib/b.js": "x",
    "views/v/notes.md": "x",
  };
  const app = { "views/v/map.js": map, ...extra };
  it.each<[string, unknown, unknown]>([
    ["by extension", ["*.md", "*~"], { client: { click: "x", keep: "x" }, lib: { b: "x" } }],
    ["folders", ["client/", "lib/a~", "*.md"], { lib: { b: "x" } }],
    ["all of a folder but one file", ["client/*", "!client/keep.txt", "*.md", "lib"], { client: { keep: "x" } }],
    ["only at the top", ["/*.md", "/lib", "/views/v/*.md", "client"], {}],
  ])("leaves out what `ignore` names: %s", async (_, patterns, rest) => {
    const docs = await load(below("design", app), `from: design\nignore: ${JSON.stringify(patterns)}`);
    expect(docs).toEqual({ design: { views: { v: { map } }, ...(rest as object) } });
  });

  it("leaves out what `ignore` names in each design document and next to them", async () => {
    const files = { "design/notes.md": "x", ...below("design/a", app), ...below("design/b", app) };
    const docs = await load(files, 'from: design/\nignore: ["*.md", "/b", "lib", "a/client"]');
    expect(docs).toEqual({ a: { views: { v: { map } } } });
  });

  it.each<[string, string, unknown]>([
    ["a name at any depth", '[".*\\\\.md", "client", ".*~"] // c', { lib: { b: "x" } }],
    ["a path", '[/* "lib", */ "client/click.js", "lib/a~", ".*md"]', { client: { keep: "x" }, lib: { b: "x" } }],
    ["from the top", '["/README.md", "views/v/notes[.]md", "/lib", "/a~", "client"]', {}],
  ])("leaves out what its `.couchappignore` names: %s", async (_, list, rest) => {
    const docs = await load(below("design", { ...app, ".couchappignore": list }));
    expect(docs).toEqual({ design: { views: { v: { map } }, ...(rest as object) } });
  });

  it("`ignore` without `from` is an error", async () => {
    expect(await load({}, "docs: { a: {} }\nignore: [x]")).toMatchObject([{ code: "nothing-to-ignore" }]);
  });

  const views = { "views/v/map.js": map };
  it.each<[string, Files, string[]]>([
    ["named as its folder", below("design", views), ["design"]],
    ["several", { ...below("design/a", views), ...below("design/b", views) }, ["a", "b"]],
    ["several in `_design`", { ...below("design/_design/a", views), "design/_design/b.json": "{}" }, ["a", "b"]],
    ["JSON alongside folders", { ...below("design/a", views), "design/b.json": "{}" }, ["a", "b"]],
    ["named like fields", { ...below("design/views", views), ...below("design/filters", views) }, ["filters", "views"]],
    ["only a validation", { "design/a/validate_doc_update.js": "function () {}" }, ["a"]],
    ["only a validation, at the top", { "design/validate_doc_update.js": "function () {}" }, ["design"]],
    ["only a filter", { "design/filters/mine.js": "function () {}" }, ["design"]],
    ["only a search index", { "design/indexes/by-owner/index.js": "function (doc) {}" }, ["design"]],
    ["couchapp's own metadata", { ...below("design", views), "design/couchapp.json": '{"name":"x"}' }, ["design"]],
  ])("%s", async (_, files, names) => {
    expect(Object.keys(await load(files))).toEqual(names);
  });

  it.each<[string, Files, string, string]>([
    [
      "a syntax error",
      { "views/v/map.js": "\n\nfunction (doc) {\n  emit(doc.owner;\n}" },
      "function-syntax",
      "views/v/map.js:4:17",
    ],
    [
      "a syntax error after wide characters",
      { "views/v/map.js": "/* 🐛 */ function (doc) { emit(; }" },
      "function-syntax",
      "views/v/map.js:1:31",
    ],
    ["a named function", { "views/v/map.js": "function map(doc) {}" }, "function-syntax", "views/v/map.js:1:1"],
    [
      "a syntax error in a module that a view loads",
      { "views/v/map.js": "function () { require('views/lib/a') }", "views/lib/a.js": "exports.a =\n;" },
      "function-syntax",
      "views/lib/a.js:2:1",
    ],
    [
      "a syntax error in a module that a filter loads",
      { "filters/f.js": "function () { require('lib/a') }", "lib/a.js": "exports.a = ;" },
      "function-syntax",
      "lib/a.js:1:13",
    ],
    ["an empty function", { ...views, "filters/f.js": "\n" }, "empty-function", "filters/f.js:2:1"],
    [
      "a missing module",
      { "views/v/map.js": "function () {\n require('views/lib/x') }" },
      "missing-module",
      "views/v/map.js:2:2",
    ],
    ["an unknown reduce", { ...views, "views/v/reduce": "_smu" }, "unknown-reduce", "views/v/reduce:1:1"],
    ["no map", { "views/v/reduce.js": "_sum" }, "view-without-map", "views/v/reduce.js:1:1"],
    ["faulty JSON", { ...views, "options.json": '{\n  "a": 1,\n}' }, "json-syntax", "options.json:3:1"],
    [
      "JSON of the wrong kind",
      { ...views, "options.json": '{\n  "partitioned": 1 }' },
      "design-doc-shape",
      "options.json:2:18",
    ],
    ["two files for one field", { ...views, "views/v/map": map }, "duplicate-member", "views/v/map.js:1:1"],
    ["attachments", { ...views, "_attachments/a.html": "x" }, "attachments", "_attachments:1:1"],
    ["a back-up", { ...views, "views/v/map.js~": map }, "unknown-file", "views/v/map.js~:1:1"],
    ["another back-up", { ...views, "#language#": "x" }, "unknown-file", "#language#:1:1"],
    ["a README among the filters", { ...views, "filters/README.md": "x" }, "unknown-file", "filters/README.md:1:1"],
    ["a README in a view", { ...views, "views/v/README.md": "x" }, "unknown-file", "views/v/README.md:1:1"],
    ["a README among the views", { ...views, "views/README.md": "x" }, "unknown-file", "views/README.md:1:1"],
    ["an HTML page in a view", { ...views, "views/v/reduce.html": "x" }, "unknown-file", "views/v/reduce.html:1:1"],
    ["an Erlang function without its language", { "views/v/map.erl": "x" }, "function-language", "views/v/map.erl:1:1"],
    ["a file of seed documents", { ...views, _docs: "x" }, "unknown-file", "_docs:1:1"],
    [
      "a `.couchappignore` that is not JSON",
      { ...views, ".couchappignore": '[\n// c\n"a" "b"]' },
      "json-syntax",
      ".couchappignore:3:5",
    ],
    [
      "a `.couchappignore` with a number",
      { ...views, ".couchappignore": "[1]" },
      "couchapp-ignore",
      ".couchappignore:1:1",
    ],
    [
      "a `.couchappignore` with an incomplete expression",
      { ...views, ".couchappignore": '["("]' },
      "couchapp-ignore",
      ".couchappignore:1:1",
    ],
    [
      "a `.couchappignore` with an expression that backtracks",
      { ...views, [`${"a".repeat(60)}.txt`]: "x", ".couchappignore": '["(a+)+c"]' },
      "couchapp-ignore",
      ".couchappignore:1:1",
    ],
    ["an unknown file in a view", { ...views, "views/v/mapp.js": map }, "unknown-file", "views/v/mapp.js:1:1"],
    ["an unknown file among the views", { ...views, "views/v2.js": map }, "unknown-file", "views/v2.js:1:1"],
    ["a folder among the functions", { ...views, "filters/f/f.js": map }, "unknown-file", "filters/f:1:1"],
    ["a mistyped section", { ...views, "filter/f.js": map }, "unknown-file", "filter:1:1"],
    ["a mistyped function", { ...views, "validateDocUpdate.js": map }, "unknown-file", "validateDocUpdate.js:1:1"],
    ["a module at the top", { ...views, "index.js": "module.exports = {}" }, "unknown-file", "index.js:1:1"],
    ["a field reserved by CouchDB", { ...views, "_revs.json": "[]" }, "unknown-file", "_revs.json:1:1"],
    ["a number that would change", { ...views, "n.json": "9007199254740993" }, "bad-number", "n.json:1:1"],
    ["another id", { ...views, _id: "zerglings" }, "not-a-design-doc", "_id:1:1"],
    [
      "couchapp's macros",
      { "views/v/map.js": "function () {\n  // !code lib/a.js\n}" },
      "couchapp-macro",
      "views/v/map.js:2:1",
    ],
  ])("%s is an error", async (_, files, code, at) => {
    const place = at.startsWith(":") ? `design${at}` : `design/${at}`;
    expect(await load(below("design", files))).toMatchObject([{ at: place, code }]);
  });

  it.each<[string, Files, string, string]>([
    ["nothing", { "design/.keep": "" }, "no-design-docs", "m/001.yaml:4:11"],
    ["an empty folder", { ...below("design/a", views), "design/b/.keep": "" }, "no-design-docs", "design/b:1:1"],
    ["a module", { ...below("design/a", views), "design/b.js": "" }, "unknown-file", "design/b.js:1:1"],
    ["something else", { ...below("design/a", views), "design/notes.md": "" }, "unknown-file", "design/notes.md:1:1"],
    [
      "couchdb-bootstrap's other files",
      { ...below("design/_design/a", views), "design/_security.json": "{}" },
      "unknown-file",
      "design/_security.json:1:1",
    ],
    ["no folder", {}, "missing-file", "m/001.yaml:4:11"],
  ])("%s instead of design documents is an error", async (_, files, code, at) => {
    expect(await load(files)).toMatchObject([{ at, code }]);
  });
});

it("the message about a `.couchappignore` that is not JSON says so once", async () => {
  const [problem] = (await load(below("design", { "views/v/map.js": map, ".couchappignore": '["a" "b"]' }))) as {
    message: string;
  }[];
  expect(problem?.message.match(/this is not JSON/g)).toHaveLength(1);
});

describe("a JSON file", () => {
  const doc = { views: { v: { map } } };
  it.each<[string, unknown, string[]]>([
    ["a design document, named after its file", doc, ["design"]],
    ["a design document with an id", { _id: "_design/zerglings", _rev: "1-x", ...doc }, ["zerglings"]],
    ["a list", [{ _id: "_design/b", ...doc }, { _id: "_design/a" }], ["a", "b"]],
    ["in the form of `_bulk_docs`", { docs: [{ _id: "_design/b/c" }] }, ["b/c"]],
    ["an export without attachments", { _id: "_design/a", _attachments: {} }, ["a"]],
  ])("%s", async (_, json, names) => {
    const docs = await load({ "design.json": JSON.stringify(json) }, "from: design.json");
    expect(Object.keys(docs)).toEqual(names);
    expect(JSON.stringify(docs)).not.toMatch(/"_/);
  });

  it.each<[string, string, string, string, string]>([
    ["no JSON", "{\n  a: 1 }", "json-syntax", "2:3", "property name"],
    ["unfinished", '{\n"a": 1', "json-syntax", "2:7", "JSON"],
    ["no object", "[1]", "not-a-design-doc", "1:2", ""],
    ["not a design document", '{ "_id": "a" }', "not-a-design-doc", "1:10", ""],
    ["no name", '[{ "views": {} }]', "not-a-design-doc", "1:2", ""],
    ["nested too deeply", `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`, "too-deep", "1:1", "deeply"],
    [
      "a number that would change",
      '{ "a": {\n "n": 9007199254740993 } }',
      "bad-number",
      "2:7",
      "too large to be stored exactly",
    ],
    ["attachments", '{ "_attachments": { "a": {} } }', "attachments", "1:19", ""],
    ["another special field", '{ "_revs": [] }', "special-member", "1:12", "_revs"],
    [
      "a syntax error",
      '{ "views": {\n "v": { "map":\n "function () {\\n  (;" } } }',
      "function-syntax",
      "3:21",
      "line 2, column 4",
    ],
    [
      "a fault in a list",
      '[{ "_id": "_design/a" },\n { "_id": "_design/b", "language": 1 }]',
      "design-doc-shape",
      "2:36",
      "_design/b",
    ],
  ])("%s is an error", async (_, json, code, at, says) => {
    expect(await load({ "design.json": json }, "from: design.json")).toMatchObject([
      { at: `design.json:${at}`, code, message: expect.stringContaining(says) },
    ]);
  });

  it.each(["design.js", "design.txt"])("%s is not a JSON file", async (name) => {
    expect(await load({ [name]: "module.exports = {}" }, `from: ${name}`)).toMatchObject([
      { at: "m/001.yaml:4:11", code: "not-a-design-doc" },
    ]);
  });
});

describe("inline", () => {
  it("is used as parsed, with or without `_design/`", async () => {
    const fields = `docs:\n  a: { views: { v: { map: "${map} " } } }\n  _design/b: { language: query }`;
    expect(await load({}, fields)).toEqual({ a: { views: { v: { map: `${map} ` } } }, b: { language: "query" } });
  });

  it.each<[string, string, string, string, string]>([
    [
      "a syntax error",
      "docs:\n  a:\n    views:\n      v:\n        map: |\n          function () {\n            emit(;\n          }",
      "function-syntax",
      "10:22",
      "line 2, column 8",
    ],
    ["no map", "docs: { a: { views: { v: {} } } }", "view-without-map", "4:27", "views/v"],
    ["no source at all", "deploy: inPlace", "no-design-docs", "2:3", "from"],
    ["another id", "docs: { a: { _id: _design/b } }", "not-a-design-doc", "4:23", "_design/a"],
    ["a duplicate", "docs: { a: {}, _design/a: {} }", "duplicate-design-doc", "4:20", "twice"],
  ])("%s is an error", async (_, fields, code, at, says) => {
    expect(await load({}, fields)).toMatchObject([
      { at: `m/001.yaml:${at}`, code, message: expect.stringContaining(says) },
    ]);
  });

  it("the same name inline and in files is an error", async () => {
    const fields = "from: design\ndocs: { a: { language: query } }";
    expect(await load({ "design/a/validate_doc_update.js": map }, fields)).toMatchObject([
      { code: "duplicate-design-doc" },
    ]);
  });

  it("reports all faults together", async () => {
    const fields = "docs: { a: { views: { v: { map: x, reduce: _y } }, filters: { f: '(' } }, b: { rewrites: {} } }";
    expect(await load({}, fields)).toHaveLength(4);
  });
});

describe("`mayBeEmpty`", () => {
  const files = { "design/brood/views/by-owner/map.js": map, "design/nest/views/by-age/map.js": map };

  it.each([
    ["names views by design document", 'mayBeEmpty: ["brood/by-owner", "nest/by-age"]', undefined],
    ["names a view that does not exist", "mayBeEmpty: [nest/by-ages]", "did you mean `nest/by-age`?"],
    [
      "names a view without its design document",
      "mayBeEmpty: [by-owner]",
      "a view is named `<design document>/<view>`",
    ],
  ])("%s", async (_, line, said) => {
    const loaded = await load(files, `from: design\n${line}`);
    if (said === undefined) expect(Object.keys(loaded)).toEqual(["brood", "nest"]);
    else {
      expect(loaded).toMatchObject([
        { at: "m/001.yaml:5:18", code: "unknown-view", message: expect.stringContaining(said) },
      ]);
    }
  });
});
