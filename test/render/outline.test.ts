/** Where the outline of a plan puts a step. */
import { expect, test } from "vitest";
import { kinds } from "../../src/kinds/index.js";
import { objectOf } from "../../src/render/outline/objects.js";
import { placeOf } from "../../src/render/outline/place.js";
import { stepOf } from "./results.js";

const database = ["tenant-*", "zerglings"];
const specs: Readonly<Record<string, unknown>> = {
  ensureDatabase: { name: "zerglings" },
  removeDatabase: { name: "zerglings" },
  ensureSecurity: { database },
  ensureDesignDocs: { database, docs: { "brood in nest": {} } },
  removeDesignDocs: { database, names: ["brood in nest"] },
  ensureIndexes: { database, indexes: { "a in b, c": {}, d: {} } },
  removeIndexes: { database, indexes: [{ name: "a of b" }] },
  ensureDocuments: { database, docs: [{ _id: "of c" }] },
  removeDocuments: { database, ids: ["a, b in c"] },
  transformDocuments: { database },
};

/** The place is a part of the title, so a new kind of databases needs a title that ends with them. */
test.each(kinds.filter(({ scope }) => scope === "database").map((kind) => [kind.name, kind] as const))(
  "%s works in the databases at the end of its title",
  (name, kind) => {
    const spec = specs[name];
    const { places, what } = placeOf(stepOf("s", { kind: name, target: kind.title(spec) }));
    expect(places).toEqual(kind.databases(spec));
    expect(kind.title(spec)).toContain(what);
  },
);

test.each([
  ["ensureUser", "user in of x"],
  ["ensureConfig", "configuration [a] b in c"],
])("%s works on the server, whatever it is called", (kind, target) => {
  expect(placeOf(stepOf("s", { kind, target }))).toEqual({ places: [], what: target });
});

test.each([
  ["ensureDesignDocs", "/docs/a~1b/views/v/map", "design document a/b", "/docs/a~1b"],
  ["ensureIndexes", "/indexes/by-age/index/fields", "index by-age", "/indexes/by-age"],
  ["ensureDocuments", "/docs/overmind/legs", "document overmind", "/docs/overmind"],
  ["ensureDocuments", "/docs", "documents", "/docs"],
  ["ensureConfig", "/cors/origins", "config cors/origins", "/cors/origins"],
  ["ensureUser", "/fields/legs", "the whole", ""],
  ["ensureSecurity", "", "the whole", ""],
])("a change of %s at %s is one of %s", (kind, path, what, root) => {
  expect(objectOf(kind, { path, before: 1, after: 2 }, "the whole")).toEqual({ root, what });
});
