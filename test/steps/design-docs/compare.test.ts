import { describe, expect, it } from "vitest";
import { ensureDesignDocs } from "../../../src/kinds/ensure-design-docs.js";
import { contextOf, fakeCouch } from "../fake-couch.js";

type Doc = Readonly<Record<string, unknown>>;

const map = "function (doc) { emit(1); }";
const view = { views: { v: { map } } };
const target = { database: "zerglings" };

const desiredOf = (docs: Readonly<Record<string, Doc>>) => ({
  database: ["zerglings"],
  docs,
  deploy: "staged" as const,
  keepPrevious: false,
});

const stored = (doc: Doc) => ({ _id: "_design/a", _rev: "1-x", ...doc });

function diff(desired: Doc, observed: Doc | undefined) {
  const docs: Record<string, Doc> = observed ? { a: stored(observed) } : {};
  return ensureDesignDocs.diff(
    desiredOf({ a: desired }),
    { docs, others: {}, documents: 7, bytes: 1, partitioned: false, set: "default" },
    target,
  );
}

describe("a design document holds", () => {
  it.each<[string, Doc, Doc]>([
    ["in another order", { language: "javascript", views: {} }, { views: {}, language: "javascript" }],
    ["without the default language", view, { ...view, language: "javascript" }],
    ["with the default language", { ...view, language: "javascript" }, view],
    ["with its own attachments", view, { ...view, _attachments: { a: { stub: true } } }],
  ])("%s", (_, desired, observed) => {
    expect(diff(desired, observed)).toEqual({ action: "none", changes: [], rebuilds: [], warnings: [] });
  });
});

describe("a design document that differs", () => {
  const other = "function (doc) { emit(2); }";
  it.each<[string, Doc, Doc, unknown[], boolean]>([
    ["map", { views: { v: { map: other } } }, view, [["/docs/a/views/v/map", map, other]], true],
    [
      "white space before it",
      { views: { v: { map: ` ${map}` } } },
      view,
      [["/docs/a/views/v/map", map, ` ${map}`]],
      true,
    ],
    ["reduce", { views: { v: { map, reduce: "_sum" } } }, view, [["/docs/a/views/v/reduce", null, "_sum"]], true],
    ["another view", { views: { v: { map }, w: { map } } }, view, [["/docs/a/views/w/map", null, map]], true],
    [
      "one view fewer",
      { views: { v: { map } } },
      { views: { v: { map }, w: { map } } },
      [["/docs/a/views/w/map", map, null]],
      true,
    ],
    ["library", { views: { v: { map }, lib: { x: "1" } } }, view, [["/docs/a/views/lib/x", null, "1"]], true],
    [
      "options",
      { ...view, options: { partitioned: false } },
      view,
      [["/docs/a/options/partitioned", null, false]],
      true,
    ],
    ["language", { ...view, language: "erlang" }, view, [["/docs/a/language", "javascript", "erlang"]], true],
    ["filter", { ...view, filters: { f: map } }, view, [["/docs/a/filters/f", null, map]], false],
    ["validation", { ...view, validate_doc_update: map }, view, [["/docs/a/validate_doc_update", null, map]], false],
    ["autoupdate", { ...view, autoupdate: false }, view, [["/docs/a/autoupdate", null, false]], false],
    ["no views left", { language: "javascript" }, view, [["/docs/a/views/v/map", map, null]], false],
    ["an empty field", { ...view, filters: {} }, view, [["/docs/a/filters", null, {}]], false],
    [
      "a field of another kind",
      { ...view, rewrites: "f" },
      { ...view, rewrites: [] },
      [["/docs/a/rewrites", [], "f"]],
      false,
    ],
    ["a slash", { shows: { "a/b~c": map } }, {}, [["/docs/a/shows/a~1b~0c", null, map]], false],
  ])("%s", (_, desired, observed, changes, rebuilds) => {
    const difference = diff(desired, observed);
    expect(difference.action).toBe("update");
    expect(difference.changes.map(({ path, before, after }) => [path, before, after])).toEqual(changes);
    expect(difference.rebuilds).toEqual(
      rebuilds ? [expect.objectContaining({ database: "zerglings", designDoc: "a", documents: 7 })] : [],
    );
  });

  it("names the views that will be built", () => {
    const desired = { views: { v: { map }, w: { map: other }, lib: {} } };
    expect(diff(desired, view).rebuilds[0]?.views).toEqual(["v", "w"]);
  });
});

describe("a design document that is absent", () => {
  it("is created; its views are built", () => {
    expect(diff(view, undefined)).toMatchObject({
      action: "create",
      changes: [{ path: "/docs/a", before: null, after: view }],
      rebuilds: [{ designDoc: "a", views: ["v"], documents: 7 }],
    });
  });

  it("with its database: without documents", () => {
    expect(ensureDesignDocs.diff(desiredOf({ a: view }), undefined, target)).toMatchObject({
      action: "create",
      changes: [{ path: "/docs/a", before: null }],
      rebuilds: [{ documents: 0 }],
    });
  });

  it("alongside an existing one: an update", () => {
    const docs = { a: stored(view) };
    const difference = ensureDesignDocs.diff(
      desiredOf({ a: view, b: {} }),
      { docs, others: {}, documents: 0, bytes: 0, partitioned: false, set: "default" },
      target,
    );
    expect(difference).toMatchObject({
      action: "update",
      changes: [{ path: "/docs/b" }],
      write: { inPlace: [{ name: "b" }] },
    });
  });
});

describe("observe", () => {
  const rows = ["a", "b", "__proto__"].map((name) => ({ doc: { _id: `_design/${name}`, _rev: "1-x", name } }));

  it("reads the documents that the step names, and counts other documents", async () => {
    const couch = fakeCouch({ reads: { "/zerglings/_design_docs": { rows }, "/zerglings": { doc_count: 10 } } });
    expect(await ensureDesignDocs.observe(contextOf(couch, desiredOf({ b: {}, c: {} }), target))).toEqual({
      docs: { b: rows[1]?.doc },
      others: Object.fromEntries([
        ["a", rows[0]?.doc],
        ["__proto__", rows[2]?.doc],
      ]),
      documents: 7,
      bytes: 0,
      partitioned: false,
      set: "default",
    });
  });

  it("finds no database", async () => {
    expect(await ensureDesignDocs.observe(contextOf(fakeCouch(), desiredOf({ b: {} }), target))).toBeUndefined();
  });
});
