import { expect } from "vitest";
import { must, request } from "../../support/request.js";
import type { Case, Place } from "../case.js";

const make = ({ server, name }: Place) => must(server, "PUT", `/${name}`);

export const cases: readonly Case[] = [
  {
    title: "with its documents, if there are few",
    async prepare(place) {
      await make(place);
      await must(place.server, "PUT", `/${place.name}/overmind`, { body: {} });
    },
    yaml: ({ name }) => `- id: gone
  require: { documents: { atMost: 1 }, couchdb: ">=1.0" }
  removeDatabase: { name: ${name} }
`,
    async expectState({ server, name }) {
      expect((await request(server, "GET", `/${name}`)).status).toBe(404);
    },
    drift: make,
  },
];
