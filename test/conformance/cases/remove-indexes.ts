import { expect } from "vitest";
import { must, request } from "../../support/request.js";
import type { Case, Place } from "../case.js";

const post = ({ server, name }: Place, body: object) => must(server, "POST", `/${name}/_index`, { body });

async function make(place: Place): Promise<void> {
  await post(place, { name: "by-owner", ddoc: "mango-by-owner", index: { fields: ["owner"] } });
  await post(place, { name: "old", ddoc: "shared", index: { fields: ["old"] } });
}

export const cases: readonly Case[] = [
  {
    title: "one of which shares its design document",
    async prepare(place) {
      await must(place.server, "PUT", `/${place.name}`);
      await post(place, { name: "kept", ddoc: "shared", index: { fields: ["kept"] } });
      await make(place);
    },
    yaml: ({ name }) => `- id: gone
  removeIndexes:
    database: ${name}
    indexes: [by-owner, { name: old, ddoc: shared }]
`,
    async expectState({ server, name }) {
      const { indexes } = await must(server, "GET", `/${name}/_index`);
      expect(indexes.map((one: { name: string }) => one.name)).toEqual(["_all_docs", "kept"]);
      expect((await request(server, "GET", `/${name}/_design/mango-by-owner`)).status).toBe(404);
    },
    drift: make,
  },
];
