import { expect } from "vitest";
import { must } from "../../support/request.js";
import type { Case, Place } from "../case.js";

const post = ({ server, name }: Place, body: object) => must(server, "POST", `/${name}/_index`, { body });

/** Also an index that no step declares. */
async function prepare(place: Place): Promise<void> {
  await must(place.server, "PUT", `/${place.name}`);
  await post(place, { name: "other", ddoc: "other", index: { fields: ["other"] } });
}

async function expectIndexes({ server, name }: Place, wanted: Readonly<Record<string, object>>): Promise<void> {
  const { indexes } = await must(server, "GET", `/${name}/_index`);
  const found = indexes
    .filter(({ type }: { type: string }) => type !== "special")
    .map((one: { ddoc: string; name: string; def: object }) => [`${one.ddoc}/${one.name}`, one.def]);
  expect(Object.fromEntries(found)).toEqual({ "_design/other/other": { fields: [{ other: "asc" }] }, ...wanted });
}

export const cases: readonly Case[] = [
  {
    title: "with a partial filter, in a named design document",
    prepare,
    yaml: ({ name }) => `- id: indexes
  ensureIndexes:
    database: ${name}
    indexes:
      by-owner:
        index:
          fields: [owner, born]
          partial_filter_selector: { type: zergling, hit: { points: { $gt: 0 } } }
      newest:
        ddoc: newest/first
        index:
          fields: [{ born: desc }]
`,
    expectState: (place) =>
      expectIndexes(place, {
        "_design/mango-by-owner/by-owner": {
          fields: [{ owner: "asc" }, { born: "asc" }],
          partial_filter_selector: { $and: [{ type: { $eq: "zergling" } }, { "hit.points": { $gt: 0 } }] },
        },
        "_design/newest/first/newest": { fields: [{ born: "desc" }] },
      }),
    drift: (place) => post(place, { name: "by-owner", ddoc: "mango-by-owner", index: { fields: ["owner"] } }),
  },
  {
    title: "in a partitioned database, recreated if `partitioned` differs",
    from: "3.0",
    async prepare({ server, name }) {
      await must(server, "PUT", `/${name}?partitioned=true`);
      await post({ server, name }, { name: "other", ddoc: "other", index: { fields: ["other"] } });
    },
    yaml: ({ name }) => `- id: indexes
  ensureIndexes:
    database: ${name}
    indexes:
      by-owner: { partitioned: false, index: { fields: [owner] } }
`,
    async expectState(place) {
      await expectIndexes(place, { "_design/mango-by-owner/by-owner": { fields: [{ owner: "asc" }] } });
      const { indexes } = await must(place.server, "GET", `/${place.name}/_index`);
      const partitioned = indexes.map((one: { name: string; partitioned?: boolean }) => [one.name, one.partitioned]);
      expect(Object.fromEntries(partitioned)).toMatchObject({ "by-owner": false, other: true });
    },
    async drift({ server, name }) {
      const at = `/${name}/_design/mango-by-owner`;
      const { _rev } = await must(server, "GET", at);
      await must(server, "DELETE", `${at}?rev=${_rev}`);
      await post({ server, name }, { name: "by-owner", ddoc: "mango-by-owner", index: { fields: ["owner"] } });
    },
  },
];
