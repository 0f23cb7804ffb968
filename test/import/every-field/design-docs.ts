/** Design documents that together have every field that CouchDB knows. */
import type { Abilities } from "./content.js";

const map = "function (doc) {\n  if (doc.owner) emit([doc.owner, doc.born], doc.legs);\n}";

type Docs = Readonly<Record<string, unknown>>;

/** CouchDB compiles the views when it stores the document, so each server gets only the reduces that it has. */
const reduces = ["_sum", "_count", "_stats", "_approx_count_distinct"];
const reducesSince35 = ["_first", "_last", "_top_3", "_bottom_3"];

export function designDocs({ isFrom, runsErlang }: Abilities): Docs {
  const known = [...reduces, ...(isFrom("3.5") ? reducesSince35 : [])];
  return {
    whole: {
      language: "javascript",
      autoupdate: false,
      options: { local_seq: true, include_design: true, ...(isFrom("3.0") ? { partitioned: false } : {}) },
      views: {
        all: { map },
        ...Object.fromEntries(known.map((reduce) => [`by${reduce}`, { map, reduce }])),
        rereduced: { map, reduce: "function (keys, values, rereduce) {\n  return rereduce ? sum(values) : 1;\n}" },
        optioned: { map, options: { any: ["thing", null] } },
        lib: { names: "exports.of = function (doc) { return doc.name; };", deep: { er: "exports.a = 1;" } },
      },
      filters: { mine: "function (doc, req) { return doc.owner === req.query.owner; }", _view: "function () {}" },
      shows: { page: "function (doc, req) { return doc._id; }" },
      lists: { rows: "function (head, req) { send(toJSON(getRow())); }" },
      updates: { bump: "function (doc, req) { return [doc, 'ok']; }" },
      rewrites: "function (req) { return { path: '/_design/whole/_view/all' }; }",
      validate_doc_update:
        "function (newDoc, oldDoc, userCtx, secObj) {\n  if (newDoc.bad) throw({ forbidden: 'bad' });\n}",
    },
    "rewritten by a list": { rewrites: [{ from: "/a/*", to: "_view/*", method: "GET", query: { k: ":k" } }, {}] },
    modules: {
      views: { a: { map: "function (doc) { emit(require('views/lib/a').b); }" }, lib: { a: "exports.b = 1;\n" } },
      filters: {
        mine: "function (doc) { return require('filters/lib/owner').of(doc) && require('vendor/x/y').z; }",
        lib: { owner: "exports.of = function (doc) { return require('../../utils').name(doc); };\n" },
      },
      lists: { lib: { text: "<ul>\n" } },
      shows: { lib: { text: "<p>" } },
      updates: { lib: { unused: "exports.a = 1;" } },
      lib: { a: "exports.b = 1;", deep: { er: "exports.c = 2;", json: { a: [1, { b: null }] } } },
      vendor: { x: { y: "exports.z = true;" } },
      utils: "exports.name = function (doc) { return doc.name; };\r\n",
      templates: { row: "<li>\n", "row.html": "\n <li>", "": "no name" },
    },
    "search with Clouseau": {
      indexes: {
        words: {
          analyzer: { name: "perfield", default: "english", fields: { title: "german" } },
          index: "function (doc) {\n  index('default', doc.title, { store: true });\n}",
        },
      },
    },
    // With `lucene_version`, as CouchDB 3.5.2 and newer store it.
    "search with Nouveau": {
      nouveau: {
        words: {
          default_analyzer: "standard",
          field_analyzers: { title: "german" },
          index: "function (doc) {\n  index('text', 'title', doc.title, { store: true });\n}",
          lucene_version: 10,
        },
        old: { index: "function (doc) {\n  index('string', 'owner', doc.owner);\n}" },
      },
    },
    "search with Hastings": { st_indexes: { places: { index: "function (doc) { st_index(doc.place); }" } } },
    // Several indexes in one design document, which `ensureIndexes` can't declare.
    "Mango indexes": {
      language: "query",
      autoupdate: false,
      views: {
        owned: {
          map: { fields: { owner: "asc", "a.b": "desc" }, partial_filter_selector: { type: { $eq: "zergling" } } },
          reduce: "_count",
          options: { def: { fields: ["owner", { "a.b": "desc" }], partial_filter_selector: { type: "zergling" } } },
        },
        born: {
          map: { fields: { born: "asc" }, partial_filter_selector: {} },
          reduce: "_count",
          options: { def: { fields: ["born"] } },
        },
      },
    },
    "Mango text index": {
      language: "query",
      indexes: {
        words: {
          index: {
            default_analyzer: "keyword",
            default_field: { enabled: true, analyzer: "standard" },
            selector: {},
            fields: [{ name: "title", type: "string" }],
            index_array_lengths: true,
          },
          analyzer: { name: "perfield", default: "keyword", fields: { $default: "standard" } },
        },
      },
    },
    ...(runsErlang ? { erlang: { language: "erlang", views: { a: { map: "fun({Doc}) -> ok end.\n" } } } } : {}),
    nothing: {},
    "only empty fields": {
      views: {},
      filters: {},
      lists: {},
      shows: {},
      updates: {},
      options: {},
      indexes: {},
      lib: {},
    },
    "fields of its author": {
      "": "no name",
      "a/b": 1.5,
      "c.json": "{}",
      "ünïcode ✓ \u{1f41b}": "\u0000 \u2028 \u{1f41b} \t",
      language: "javascript",
      list: [],
      never: null,
      no: false,
      "$${x} ${y}": "$${x} ${y} ${file:/x}",
      number: 1e300,
    },
    "ünïcode ✓ \u{1f41b}": { views: { "ünïcode ✓": { map } } },
    "a/b": { views: { "c/d": { map }, "~": { map: `\t${map}\n\n` } } },
    CON: { views: { con: { map } } },
    con: { views: { Con: { map } } },
    [`long-${"x".repeat(200)}`]: { views: { [`long-${"y".repeat(200)}`]: { map } } },
  };
}
