import { describe, expect, it } from "vitest";
import { ensureDesignDocs } from "../../../src/kinds/ensure-design-docs.js";
import { previousName, stagedDoc, stagedName } from "../../../src/objects/design-docs/companions.js";
import type { StepWarning } from "../../../src/steps/warnings.js";

type Doc = Readonly<Record<string, unknown>>;

const view = (map: string) => ({ views: { v: { map } } });
const by = { set: "default", version: "v1", since: "2026-01-01T00:00:00.000Z" };
const old = view("function (doc) { emit(1); }");
const wanted = view("function (doc) { emit(2); }");
const staged = stagedName("default", "a", wanted);
const abandoned = stagedName("default", "a", view("function (doc) { emit(3); }"));
const companions = {
  [staged]: stagedDoc("a", wanted, by),
  [abandoned]: stagedDoc("a", {}, by),
  [previousName("a")]: { "couchdb-migrate": { role: "previous", of: "a" } },
};

interface Case {
  readonly stored?: Doc;
  readonly asked?: Doc;
  readonly others?: Readonly<Record<string, Doc>>;
  readonly documents?: number;
  readonly bytes?: number;
  readonly deploy?: "staged" | "inPlace";
  readonly keepPrevious?: boolean;
  /** Other design documents of the step. */
  readonly more?: Readonly<Record<string, Doc>>;
}

function planned({ stored, asked = wanted, others = {}, documents = 1_001, bytes = 0, more = {}, ...rest }: Case) {
  const desired = {
    database: ["db"],
    docs: { a: asked, ...more },
    deploy: "staged" as const,
    keepPrevious: false,
    ...rest,
  };
  const docs: Record<string, Doc> = stored ? { a: stored } : {};
  return ensureDesignDocs.diff(
    desired,
    { docs, others, documents, bytes, partitioned: false, set: "default" },
    { database: "db" },
  );
}

describe("a deployment is staged", () => {
  it.each<[string, Case, boolean]>([
    ["if the index of many documents is rebuilt", { stored: old }, true],
    ["if the index of a few large documents is rebuilt", { stored: old, documents: 3, bytes: 10_000_001 }, true],
    ["not if the index of a few documents is rebuilt", { stored: old, documents: 1_000, bytes: 10_000_000 }, false],
    ["not for a new design document", {}, false],
    ["not for one that had no views", { stored: { views: {} } }, false],
    ["not for one that has no views left", { stored: old, asked: { views: {} } }, false],
    ["not if the views stay", { stored: old, asked: { ...old, lists: {} } }, false],
    ["not if the user does not want it", { stored: old, deploy: "inPlace" }, false],
  ])("%s", (_, given, staged) => {
    const { write, rebuilds } = planned(given);
    expect([write?.staged.length, write?.inPlace.length]).toEqual(staged ? [1, 0] : [0, 1]);
    expect(rebuilds.map((rebuild) => rebuild.staged)).not.toContain(!staged);
  });
});

describe("a document of somebody else under the name of the former version", () => {
  const taken = { "a--previous": view("function (doc) { emit(4); }") };
  it.each<[string, Case]>([
    ["that exists", { stored: old, others: taken }],
    ["that the step itself declares", { stored: old, more: taken }],
  ])("refuses keepPrevious: %s", (_, given) => {
    const { action, refusals } = planned({ ...given, keepPrevious: true });
    expect([action, refusals]).toEqual([
      "refused",
      [{ code: "previous-name-taken", database: "db", designDoc: "a--previous" }],
    ]);
  });

  it.each<[string, Case]>([
    ["without keepPrevious", { others: taken }],
    ["if it is our own", { others: companions, keepPrevious: true }],
    ["if the document is written immediately", { others: taken, keepPrevious: true, documents: 1 }],
  ])("does no harm %s", (_, given) => {
    expect(planned({ stored: old, ...given }).action).toBe("update");
  });
});

describe("companions of a document", () => {
  it.each<[string, Case, { obsolete: string[]; finished: string[] } | undefined]>([
    [
      "that holds after a swap: the rest of the work",
      { stored: wanted },
      { obsolete: [abandoned, "a--previous"], finished: [staged] },
    ],
    [
      "that holds: the former version stays",
      { stored: wanted, keepPrevious: true },
      { obsolete: [abandoned], finished: [staged] },
    ],
    [
      "that is written immediately",
      { stored: old, documents: 1 },
      { obsolete: [abandoned, "a--previous"], finished: [staged] },
    ],
    ["that is staged: not yet", { stored: old }, { obsolete: [], finished: [] }],
    [
      "whose filters change",
      { stored: wanted, asked: { ...wanted, filters: {} } },
      { obsolete: [abandoned, "a--previous"], finished: [staged] },
    ],
    ["that holds, while another version is under way", { stored: old, asked: old }, undefined],
  ])("%s", (_, given, expected) => {
    const { write } = planned({ others: companions, ...given });
    expect(write && { obsolete: write.obsolete, finished: write.finished }).toEqual(expected);
  });

  it("are removed with the staged one, once it is in place", () => {
    expect(planned({ stored: old, others: companions }).write?.staged[0]?.obsolete).toEqual([abandoned, "a--previous"]);
  });

  it("are reported if they already have the index", () => {
    expect(planned({ stored: old, others: companions }).rebuilds).toMatchObject([{ reuses: staged }]);
    expect(planned({ stored: old }).rebuilds[0]).not.toHaveProperty("reuses");
  });

  it("are ready ahead unless somebody has edited them since", () => {
    const ahead = { [staged]: stagedDoc("a", wanted, { ...by, ahead: true }) };
    const edited = { [staged]: { ...ahead[staged], ...view("function (doc) { emit(4); }") } };
    expect(planned({ stored: old, others: ahead }).rebuilds).toMatchObject([{ ahead: { name: staged } }]);
    expect(planned({ stored: old, others: edited }).rebuilds[0]).not.toHaveProperty("ahead");
  });

  it("are shown as a change if nothing else is left to do", () => {
    expect(planned({ stored: wanted, others: companions })).toMatchObject({
      action: "update",
      changes: [{ path: `/docs/${staged}`, after: null }],
      rebuilds: [],
    });
  });
});

describe("the name of a staged document", () => {
  it.each<[string, Doc, boolean]>([
    ["the order of keys", { views: { w: {}, v: { reduce: "_sum", map: "m" } } }, true],
    ["the default language", { language: "javascript", views: { v: { map: "m", reduce: "_sum" }, w: {} } }, true],
    ["filters and validation", { filters: { f: "f" }, views: { v: { map: "m", reduce: "_sum" }, w: {} } }, true],
    ["white space", { views: { v: { map: "m ", reduce: "_sum" }, w: {} } }, false],
    ["options", { options: { partitioned: false }, views: { v: { map: "m", reduce: "_sum" }, w: {} } }, false],
  ])("%s", (_, doc, same) => {
    const name = stagedName("default", "a", { views: { v: { map: "m", reduce: "_sum" }, w: {} } });
    expect(stagedName("default", "a", doc) === name).toBe(same);
  });
});

describe("search indexes", () => {
  const search = (index: object) => ({ ...old, nouveau: { text: index }, indexes: { same: { index: "f" } } });
  it.each<[string, Doc, StepWarning[]]>([
    [
      "changed: reported as written immediately",
      search({ index: "g" }),
      [{ code: "search-not-staged", designDoc: "a", indexes: ["nouveau.text"] }],
    ],
    ["the same, with another change", { ...search({ index: "f" }), filters: {} }, []],
  ])("%s", (_, asked, warnings) => {
    const { warnings: said, write } = planned({ stored: search({ index: "f" }), asked });
    expect(said).toEqual(warnings);
    expect(write?.inPlace).toHaveLength(1);
  });
});

describe("one of CouchDB's own design documents", () => {
  it.each([
    ["_users", "_auth", true],
    ["_replicator", "_replicator", true],
    ["_users", "own", false],
    ["zerglings", "_auth", false],
  ])("%s/_design/%s: a warning is %s", (database, name, warned) => {
    const desired = { database: [database], docs: { [name]: old }, deploy: "staged" as const, keepPrevious: false };
    expect(ensureDesignDocs.check?.warnings?.(desired)).toHaveLength(warned ? 1 : 0);
  });
});
