/** The indexes read from design documents are the same as CouchDB shows. */
import { expect, it } from "vitest";
import { indexesIn } from "../../../src/objects/indexes/from-design-docs.js";
import { listIndexes } from "../../../src/objects/indexes/observe.js";
import { uniqueName } from "../../support/databases.js";
import { must } from "../../support/request.js";
import { onReal, server } from "../../support/servers.js";
import { open } from "../design-docs/big-database.js";

const byOwner = { map: { fields: { owner: "asc" } }, reduce: "_count", options: { def: {} } };

onReal("indexes in design documents", () => {
  it.each([false, true])("are those that CouchDB lists, partitioned: %s", async (partitioned) => {
    const database = uniqueName("told");
    await must(server(), "PUT", `/${database}?partitioned=${partitioned}`);
    const post = (body: object) => must(server(), "POST", `/${database}/_index`, { body });
    await post({ name: "plain", ddoc: "a", index: { fields: ["owner", "born"] } });
    await post({ name: "down", ddoc: "a", index: { fields: [{ owner: "desc" }, { born: "desc" }] } });
    const filter = { type: "zergling", legs: { $gt: 4 } };
    await post({ name: "part", ddoc: "b", index: { fields: ["a.b"], partial_filter_selector: filter } });
    await post({ name: "whole", ddoc: "c", index: { fields: ["x"] }, ...(partitioned ? { partitioned: false } : {}) });
    const put = (name: string, body: object) => must(server(), "PUT", `/${database}/_design/${name}`, { body });
    await put("views", { views: { v: { map: "function (doc) {}" } } });
    await put("staged", { language: "query", views: { hidden: { ...byOwner, options: undefined } } });
    await put("bare", { language: "query", views: { bare: { ...byOwner, options: {} } } });

    const { rows } = await must(server(), "GET", `/${database}/_design_docs?include_docs=true`);
    const docs = rows.map(({ doc }: { doc: { _id: string } }) => [doc._id.slice("_design/".length), doc]);
    const told = indexesIn(Object.fromEntries(docs), partitioned);
    const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
    const shown = await listIndexes(open(server()), database);
    expect(shown).toHaveLength(5);
    expect([...(told ?? [])].sort(byName)).toEqual([...(shown ?? [])].sort(byName));
  });
});

it.each<[string, object]>([
  ["a search index", { views: {}, indexes: { text: {} } }],
  ["a nouveau index", { views: {}, nouveau: { text: {} } }],
  ["no views", {}],
  ["a field whose name is a number", { views: { v: { ...byOwner, map: { fields: { b: "asc", "1": "asc" } } } } }],
  ["fields in a list", { views: { v: { ...byOwner, map: { fields: ["owner"] } } } }],
  ["a map that is a function", { views: { v: { ...byOwner, map: "function (doc) {}" } } }],
  ["`partitioned` that is not a boolean", { views: { v: byOwner }, options: { partitioned: "yes" } }],
])("are unknown if a design document has %s", (_, doc) => {
  expect(indexesIn({ good: { language: "query", views: { v: byOwner } } }, false)).toHaveLength(1);
  expect(
    indexesIn({ good: { language: "query", views: { v: byOwner } }, bad: { language: "query", ...doc } }, false),
  ).toBe(undefined);
});
