import { expect } from "vitest";
import { must, request, until } from "../../support/request.js";
import type { Case, Place } from "../case.js";

const password = " a✓ — long enough ";
const admin = ({ name }: Place) => `/_node/_local/_config/admins/${name}`;

/** CouchDB takes a moment to hash a plain password. */
async function setByHand(place: Place, plain: string): Promise<void> {
  await must(place.server, "PUT", admin(place), { body: plain });
  await until(
    () => must(place.server, "GET", admin(place)),
    (value: string) => value.startsWith("-"),
  );
}

export const cases: readonly Case[] = [
  {
    title: "with a password that config values would mangle",
    yaml: ({ name }) => `- id: admin\n  ensureAdmin:\n    name: ${name}\n    password: "${password}"\n`,
    async expectState(place) {
      const { server, name } = place;
      expect(await must(server, "GET", admin(place))).toMatch(/^-pbkdf2/);
      const session = await request(server, "GET", "/_session", { as: { name, password } });
      expect(session.body.userCtx).toMatchObject({ name, roles: ["_admin"] });
    },
    drift: (place) => setByHand(place, "changed-by-hand"),
    cleanUp: (place) => request(place.server, "DELETE", admin(place)),
  },
];
