export type Doc = Readonly<Record<string, unknown>>;

const map = "function (doc) { emit(1); }";
const reduces = (reduce: unknown): Doc => ({ views: { v: { map, reduce } } });

/** Where a CouchDB disagrees with `validate`: always, or only older versions. */
export type Exception = "couchTakesIt" | "refusedBefore3.5" | "refusedBefore3.6" | "takenBefore3.0";

export type Shape = readonly [doc: Doc, faults: readonly string[], exception?: Exception];

/** The faults that `validate` finds in each. */
export const shapes: readonly Shape[] = [
  [{}, []],
  [{ views: {} }, []],
  [{ views: { v: { map, reduce: "_sum" }, lib: { a: "exports.a = 1" } } }, []],
  [{ views: { v: { map, reduce: "function (keys, values) { return 1; }", options: {} } } }, []],
  [{ filters: { f: map, g: { any: "object" } }, lists: {}, shows: {}, updates: {}, rewrites: [] }, []],
  [{ options: { partitioned: false, local_seq: true, include_design: true, other: 1 } }, []],
  [{ language: "query", views: { v: { map: { fields: {} }, reduce: "_count" } } }, []],
  [{ language: "erlang", views: { v: { map: "fun({Doc}) -> ok end." } }, filters: { f: "?" } }, []],
  [{ language: "unknown", views: { v: { map: "?" } } }, []],
  [{ views: [] }, ["views design-doc-shape"]],
  [{ views: null }, ["views design-doc-shape"]],
  [{ views: { v: map } }, ["views/v design-doc-shape"]],
  [{ views: { lib: "x" } }, ["views/lib design-doc-shape"]],
  [{ views: { v: {} } }, ["views/v view-without-map"]],
  [{ views: { v: { map: {} } } }, ["views/v/map design-doc-shape"]],
  [reduces(null), ["views/v/reduce design-doc-shape"]],
  [{ views: { v: { map, options: 1 } } }, ["views/v/options design-doc-shape"]],
  [{ views: { v: { map, options: null } } }, ["views/v/options design-doc-shape"]],
  [{ views: { lib: { map: "exports.a = 1" } } }, ["views/lib/map function-syntax"]],
  [{ views: { lib: { map, reduce: "exports.a = 1" } } }, ["views/lib/reduce function-syntax"]],
  [{ views: { lib: { map: { a: "exports.a = 1" } } } }, ["views/lib/map design-doc-shape"]],
  [{ views: { lib: { map } } }, []],
  [{ views: { lib: { reduce: "exports.a = 1", options: "exports.b = 1" } } }, []],
  [{ views: { lib: { reduce: {} } } }, ["views/lib/reduce design-doc-shape"]],
  [{ language: "query", views: { v: { map: {} } } }, ["views/v/map design-doc-shape"], "couchTakesIt"],
  [{ language: "query", views: { v: { map: "x" } } }, ["views/v/map design-doc-shape"]],
  [{ language: null }, ["language design-doc-shape"]],
  [{ options: 1 }, ["options design-doc-shape"]],
  [{ options: { partitioned: 1 } }, ["options/partitioned design-doc-shape"], "takenBefore3.0"],
  [{ options: { include_design: 1 } }, ["options/include_design design-doc-shape"], "takenBefore3.0"],
  [{ filters: "x" }, ["filters design-doc-shape"]],
  [{ filters: { f: 1 } }, ["filters/f design-doc-shape"]],
  [{ rewrites: {} }, ["rewrites design-doc-shape"]],
  [{ validate_doc_update: 1 }, ["validate_doc_update design-doc-shape"]],
  [{ language: "query", validate_doc_update: { newDoc: { a: { $type: "number" } } } }, [], "refusedBefore3.6"],
  [{ language: "query", validate_doc_update: [] }, ["validate_doc_update design-doc-shape"]],
  [{ language: "query", validate_doc_update: map }, ["validate_doc_update design-doc-shape"], "couchTakesIt"],
  [{ validate_doc_update: { newDoc: {} } }, ["validate_doc_update design-doc-shape"]],
  [{ views: { v: { map: "" } } }, ["views/v/map empty-function"]],
  ...["_sum", "_count", "_stats", "_approx_count_distinct", "_count\n", "_sum ", "_sum;", "_summ", "_statsx"].map(
    (reduce): Shape => [reduces(reduce), []],
  ),
  ...["_top_1", "_top_+07", "_bottom_100", "_first", "_last\n"].map(
    (reduce): Shape => [reduces(reduce), [], "refusedBefore3.5"],
  ),
  ...["_foo", "_", "_top", "_top_", "_top_0", "_top_-1", "_top_101", "_top_5\n", "_bottom_x", "sums"].map(
    (reduce): Shape => [reduces(reduce), ["views/v/reduce unknown-reduce"]],
  ),
  [reduces(" _sum"), ["views/v/reduce function-syntax"]],
  [{ language: "query", views: { v: { map: { fields: {} }, reduce: "_foo" } } }, ["views/v/reduce unknown-reduce"]],
  [reduces("function sum(k, v) {}"), ["views/v/reduce function-syntax"]],
  [reduces("sum"), ["views/v/reduce unknown-reduce"], "couchTakesIt"],
  // CouchDB checks these only when they are called.
  [{ validate_doc_update: "function (" }, ["validate_doc_update function-syntax"], "couchTakesIt"],
  [{ validate_doc_update: "" }, ["validate_doc_update empty-function"], "couchTakesIt"],
  [{ filters: { f: "(" } }, ["filters/f function-syntax"], "couchTakesIt"],
  [{ lists: { f: "(" } }, ["lists/f function-syntax"], "couchTakesIt"],
  [{ shows: { f: "(" } }, ["shows/f function-syntax"], "couchTakesIt"],
  [{ updates: { f: "(" } }, ["updates/f function-syntax"], "couchTakesIt"],
  [{ rewrites: "(" }, ["rewrites function-syntax"], "couchTakesIt"],
  [{ indexes: { i: { index: "(" } } }, ["indexes/i/index function-syntax"], "couchTakesIt"],
  [{ nouveau: { i: { index: "(" } } }, ["nouveau/i/index function-syntax"], "couchTakesIt"],
  // Nothing runs these.
  [{ views: { v: { map }, lib: { a: { b: "(" } } }, lib: { a: "(" }, client: { click: "(" } }, []],
];
