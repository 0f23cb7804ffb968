import { expect } from "vitest";
import { must, request } from "../../support/request.js";
import type { Case, Place } from "../case.js";

const at = ({ name }: Place) => `/_replicator/${name}`;
const make = (place: Place) =>
  must(place.server, "PUT", at(place), {
    body: { source: "http://127.0.0.1:1/a", target: "http://127.0.0.1:1/b", continuous: true },
  });

export const cases: readonly Case[] = [
  {
    title: "with the state that CouchDB wrote into it",
    prepare: make,
    yaml: ({ name }) => `- id: gone\n  removeReplication: { id: ${name} }\n`,
    async expectState(place) {
      expect((await request(place.server, "GET", at(place))).status).toBe(404);
    },
    drift: make,
    async cleanUp(place) {
      const { body } = await request(place.server, "GET", at(place));
      if (body._rev) await request(place.server, "DELETE", `${at(place)}?rev=${body._rev}`);
    },
  },
];
