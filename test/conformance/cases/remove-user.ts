import { expect } from "vitest";
import { must, request } from "../../support/request.js";
import type { Case, Place } from "../case.js";

const doc = ({ name }: Place) => `/_users/org.couchdb.user:${name}`;

async function make(place: Place): Promise<void> {
  const body = { name: place.name, type: "user", roles: ["zerg"], password: "long enough" };
  await must(place.server, "PUT", doc(place), { body });
}

export const cases: readonly Case[] = [
  {
    title: "that is there",
    prepare: make,
    yaml: ({ name }) => `- id: gone\n  removeUser: { name: ${name} }\n`,
    async expectState(place) {
      expect((await request(place.server, "GET", doc(place))).status).toBe(404);
    },
    drift: make,
    async cleanUp(place) {
      const { status, body } = await request(place.server, "GET", doc(place));
      if (status === 200) await must(place.server, "DELETE", `${doc(place)}?rev=${body._rev}`);
    },
  },
];
