import { expect } from "vitest";
import { must, request } from "../../support/request.js";
import type { Case, Place } from "../case.js";

const admin = ({ name }: Place) => `/_node/_local/_config/admins/${name}`;
const hash = `-pbkdf2-${"0".repeat(40)},5a17,10`;
const add = (place: Place) => must(place.server, "PUT", admin(place), { body: hash });

export const cases: readonly Case[] = [
  {
    title: "with another admin left",
    prepare: add,
    yaml: ({ name }) => `- id: gone\n  removeAdmin:\n    name: ${name}\n`,
    async expectState(place) {
      expect(Object.keys(await must(place.server, "GET", "/_node/_local/_config/admins"))).not.toContain(place.name);
    },
    drift: add,
    cleanUp: (place) => request(place.server, "DELETE", admin(place)),
  },
];
