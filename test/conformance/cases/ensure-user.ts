import { expect } from "vitest";
import { must, request } from "../../support/request.js";
import type { Case, Place } from "../case.js";

const password = " a✓ — long enough ";
const doc = ({ name }: Place) => `/_users/org.couchdb.user:${name}`;
const read = (place: Place) => must(place.server, "GET", doc(place));

async function put(place: Place, members: object): Promise<void> {
  const { body, status } = await request(place.server, "GET", doc(place));
  const stored = status === 200 ? body : { name: place.name, type: "user", roles: [] };
  await must(place.server, "PUT", doc(place), { body: { ...stored, ...members } });
}

async function expectLogin({ server, name }: Place, as: string, roles: readonly string[]): Promise<void> {
  const { status, body } = await request(server, "GET", "/_session", { as: { name, password: as } });
  expect(status).toBe(200);
  expect(body.userCtx.name).toBe(name);
  expect(body.userCtx.roles.toSorted()).toEqual(roles);
}

async function cleanUp(place: Place): Promise<void> {
  const { status, body } = await request(place.server, "GET", doc(place));
  if (status === 200) await must(place.server, "DELETE", `${doc(place)}?rev=${body._rev}`);
}

export const cases: readonly Case[] = [
  {
    title: "with password, roles and fields",
    yaml: ({ name }) => `- id: user
  ensureUser:
    name: ${name}
    password: "${password}"
    roles: [zerg, broodmother, zerg]
    fields: { email: kerrigan@example.com, limits: { larvae: 3 } }
`,
    async expectState(place) {
      expect(await read(place)).toMatchObject({ email: "kerrigan@example.com", limits: { larvae: 3 }, type: "user" });
      await expectLogin(place, password, ["broodmother", "zerg"]);
    },
    drift: (place) => put(place, { password: "changed-by-hand", roles: ["terran"], limits: {} }),
    cleanUp,
  },
  {
    title: "of an existing user, without a password",
    prepare: (place) => put(place, { password, roles: ["terran"], email: "kerrigan@example.com" }),
    yaml: ({ name }) => `- id: user\n  ensureUser: { name: ${name}, roles: [zerg] }\n`,
    async expectState(place) {
      expect(await read(place)).toMatchObject({ email: "kerrigan@example.com" });
      await expectLogin(place, password, ["zerg"]);
    },
    drift: (place) => put(place, { roles: ["zerg", "terran"] }),
    cleanUp,
  },
];
