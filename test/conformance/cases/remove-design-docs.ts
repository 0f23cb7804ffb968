import { expect } from "vitest";
import { must } from "../../support/request.js";
import type { Case, Place } from "../case.js";

const put = ({ server, name }: Place, ddoc: string) =>
  must(server, "PUT", `/${name}/_design/${ddoc}`, {
    body: { views: { v: { map: "function (doc) { emit(doc.n); }" } } },
  });

export const cases: readonly Case[] = [
  {
    title: "with their kept former versions, leaving the others",
    async prepare(place) {
      await must(place.server, "PUT", `/${place.name}`);
      for (const ddoc of ["a%2Fb", "old", "kept"]) await put(place, ddoc);
      const kept = { "couchdb-migrate": { role: "previous", of: "old" } };
      await must(place.server, "PUT", `/${place.name}/_design/old--previous`, { body: kept });
      await must(place.server, "PUT", `/${place.name}/old`, { body: {} });
    },
    yaml: ({ name }) => `- id: gone\n  removeDesignDocs: { database: ${name}, names: [old, _design/a/b] }\n`,
    async expectState({ server, name }) {
      const { rows } = await must(server, "GET", `/${name}/_all_docs`);
      expect(rows.map(({ id }: { id: string }) => id)).toEqual(["_design/kept", "old"]);
    },
    drift: (place) => put(place, "old"),
  },
];
