import { expect } from "vitest";
import { must } from "../../support/request.js";
import type { Case, Place } from "../case.js";

const map = 'function (doc) {\n  if (doc.type === "creature") emit(doc.kind, 1);\n}';
const rule = 'function (newDoc) {\n  if (newDoc.type === "intruder") throw { forbidden: "no intruders" };\n}';

async function prepare({ server, name }: Place): Promise<void> {
  await must(server, "PUT", `/${name}`);
  const docs = ["zergling", "zergling", "drone"].map((kind) => ({ type: "creature", kind }));
  await must(server, "POST", `/${name}/_bulk_docs`, { body: { docs } });
}

async function expectViewed({ server, name }: Place, view: string): Promise<void> {
  const { rows } = await must(server, "GET", `/${name}/_design/brood/_view/${view}?group=true`);
  expect(rows).toEqual([
    { key: "drone", value: 1 },
    { key: "zergling", value: 2 },
  ]);
}

/** No staged document, and nothing else is left over. */
async function expectDesignDocs({ server, name }: Place, names: readonly string[]): Promise<void> {
  const { rows } = await must(server, "GET", `/${name}/_design_docs`);
  expect(rows.map(({ id }: { id: string }) => id)).toEqual(names.map((ddoc) => `_design/${ddoc}`));
}

async function change({ server, name }: Place): Promise<void> {
  const path = `/${name}/_design/brood`;
  const doc = await must(server, "GET", path);
  const views = { other: { map: "function (doc) { emit(null, null); }" } };
  await must(server, "PUT", path, { body: { ...doc, views } });
}

async function remove({ server, name }: Place): Promise<void> {
  const { _rev } = await must(server, "GET", `/${name}/_design/brood`);
  await must(server, "DELETE", `/${name}/_design/brood?rev=${_rev}`);
}

export const cases: readonly Case[] = [
  {
    title: "inline",
    prepare,
    yaml: ({ name }) => `- id: views
  ensureDesignDocs:
    database: ${name}
    docs:
      brood:
        views:
          by-kind:
            map: ${JSON.stringify(map)}
            reduce: _sum
        validate_doc_update: ${JSON.stringify(rule)}
`,
    async expectState(place) {
      await expectDesignDocs(place, ["brood"]);
      await expectViewed(place, "by-kind");
    },
    drift: change,
  },
  {
    title: "from a folder tree, deployed in place",
    prepare,
    yaml: ({ name }) => `- id: views
  ensureDesignDocs:
    database: ${name}
    from: design
    deploy: inPlace
`,
    files: () => ({
      "design/brood/views/by-kind/map.js": `${map}\n`,
      "design/brood/views/by-kind/reduce.js": "_sum\n",
      "design/rules/validate_doc_update.js": `${rule}\n`,
    }),
    async expectState(place) {
      await expectDesignDocs(place, ["brood", "rules"]);
      const { views } = await must(place.server, "GET", `/${place.name}/_design/brood`);
      expect(views).toEqual({ "by-kind": { map, reduce: "_sum" } });
      await expectViewed(place, "by-kind");
    },
    drift: remove,
  },
];
