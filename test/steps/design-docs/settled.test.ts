import { describe, expect, it } from "vitest";
import { ensureDesignDocs } from "../../../src/kinds/ensure-design-docs.js";

type Doc = Readonly<Record<string, unknown>>;

const map = "function (doc) {\n  emit(doc._id);\n}";
const other = "function (doc) {\n  emit(doc.owner);\n}";

/** What is written over the stored document; undefined: nothing. */
function written(asked: Doc, stored: Doc, documents = 0): Doc | undefined {
  const desired = { database: ["db"], docs: { d: asked }, deploy: "staged" as const, keepPrevious: false };
  const observed = {
    docs: { d: { _id: "_design/d", _rev: "1-a", ...stored } },
    others: {},
    documents,
    bytes: 0,
    set: "default",
    partitioned: false,
  };
  const { write } = ensureDesignDocs.diff(desired, observed, { database: "db" });
  return (write?.inPlace[0] ?? write?.staged[0])?.doc;
}

const views = (v: unknown, w: unknown = v) => ({ views: { v: { map: v }, w: { map: w } } });

describe("code that differs from the server's only in trailing white space", () => {
  it.each<[string, Doc, Doc]>([
    ["a map with a newline", views(map), views(`${map}\n`)],
    ["a map with CRLF at its end", views(map), views(`${map}\r\n`)],
    ["a map without the newline that the file has", views(`${map}\n`), views(map)],
    ["a built-in reduce", { views: { v: { map, reduce: "_sum" } } }, { views: { v: { map, reduce: "_sum\n" } } }],
    ["a filter", { filters: { f: map } }, { filters: { f: `${map}\n` } }],
    ["a validation", { validate_doc_update: map }, { validate_doc_update: `${map}\n\n` }],
    [
      "a module of the views",
      { views: { lib: { m: "exports.a = 1;" } } },
      { views: { lib: { m: "exports.a = 1;\n" } } },
    ],
    ["a module in lib", { lib: { a: { m: "exports.a = 1;" } } }, { lib: { a: { m: "exports.a = 1;\n" } } }],
    [
      "an Erlang map",
      { language: "erlang", ...views("fun({D}) -> ok end.") },
      { language: "erlang", ...views("fun({D}) -> ok end.\n") },
    ],
  ])("counts as the same: %s", (_, asked, stored) => {
    expect(written(asked, stored)).toBeUndefined();
  });

  it("keeps the server's text when another function changes, so that its index stays", () => {
    expect(written({ ...views(map), filters: { f: other } }, views(`${map}\n`))).toEqual({
      ...views(`${map}\n`),
      filters: { f: other },
    });
  });

  it("is written as in the file once the function itself changes", () => {
    expect(written(views(other, map), views(`${map}\n`))).toEqual(views(other, `${map}\n`));
  });

  it.each<[string, Doc, Doc]>([
    ["leading white space", views(map), views(`\n${map}`)],
    ["line ends in the middle", views(map), views(map.replaceAll("\n", "\r\n"))],
    ["trailing white space in a value that is not code", { separator: "," }, { separator: ", " }],
    [
      "a view's option",
      { views: { v: { map, options: { x: "a" } } } },
      { views: { v: { map, options: { x: "a " } } } },
    ],
  ])("does not include %s", (_, asked, stored) => {
    expect(written(asked, stored)).toEqual(asked);
  });

  it("counts as the same even if a name is built into JavaScript objects", () => {
    const named = (text: string) => JSON.parse(`{"views": {"__proto__": {"map": ${JSON.stringify(text)}}}}`) as Doc;
    expect(written(named(map), named(`${map}\n`))).toBeUndefined();
    const changed = written({ ...named(map), language: "javascript", filters: { f: map } }, named(`${map}\n`));
    expect(JSON.stringify(changed)).toContain(JSON.stringify(`${map}\n`));
  });
});

describe("a Mango index that was deployed staged", () => {
  const index = (fields: readonly string[], options: unknown = { def: { fields } }) => ({
    map: { fields: Object.fromEntries(fields.map((field) => [field, "asc"])) },
    reduce: "_count",
    options,
  });
  const docOf = (v: unknown) => ({ language: "query", views: { v } });

  it("is the same as in the file, although the server stores its definition only once", () => {
    expect(written(docOf(index(["a"])), docOf(index(["a"], {})))).toBeUndefined();
  });

  it("is written as in the file if it is changed in a small database", () => {
    expect(written(docOf(index(["a", "b"])), docOf(index(["a"], {})))).toEqual(docOf(index(["a", "b"])));
  });

  it("is written without the definition in the options if its index is staged", () => {
    expect(written(docOf(index(["a", "b"])), docOf(index(["a"])), 2_000)).toEqual(docOf(index(["a", "b"], {})));
  });
});

describe("the format of a Nouveau index that the file does not name", () => {
  const index = { default_analyzer: "standard", index: "function (doc) {\n  index('string', 'a', doc.a);\n}" };
  const v10 = { ...index, lucene_version: 10 };
  const changed = { ...index, default_analyzer: "email" };

  it.each<[string, Doc, Doc, Doc | undefined]>([
    ["holds with the server's", { nouveau: { i: index } }, { nouveau: { i: v10 } }, undefined],
    [
      "stays when the index changes",
      { nouveau: { i: changed } },
      { nouveau: { i: v10 } },
      { nouveau: { i: { ...changed, lucene_version: 10 } } },
    ],
    [
      "stays when another field changes",
      { nouveau: { i: index }, filters: { f: map } },
      { nouveau: { i: v10 } },
      { nouveau: { i: v10 }, filters: { f: map } },
    ],
    [
      "is that of each index",
      { nouveau: { i: index, j: changed } },
      { nouveau: { i: v10, j: index } },
      { nouveau: { i: v10, j: changed } },
    ],
    ["is left out of a new index", { nouveau: { j: index } }, { nouveau: { i: v10 } }, { nouveau: { j: index } }],
    [
      "is that of the file if it names one",
      { nouveau: { i: { ...index, lucene_version: 9 } } },
      { nouveau: { i: v10 } },
      { nouveau: { i: { ...index, lucene_version: 9 } } },
    ],
    ["is written if the server has none", { nouveau: { i: v10 } }, { nouveau: { i: index } }, { nouveau: { i: v10 } }],
  ])("%s", (_, asked, stored, expected) => {
    expect(written(asked, stored)).toEqual(expected);
  });
});
