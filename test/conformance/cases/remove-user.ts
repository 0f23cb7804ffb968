import { expect } from "vitest";
import { must, request } from "../../support/request.js";
import type { Case, Place } from "../case.js";

const doc = ({ name }: Place) => `/_users/org.couchdb.user:${name}`;

async function make(place: Place): Promise<void> {
  const body = { name: place.name, type: "user", roles: ["zerg"], password: "long enough" };
  await must(place.server, "PUT", doc(place), { body });
}

/** Two conflicting revisions, one of which wins. */
async function makeInConflict(place: Place): Promise<void> {
  const user = { _id: `org.couchdb.user:${place.name}`, name: place.name, type: "user" };
  const docs = ["a", "b"].map((digit) => ({ ...user, roles: [digit], _rev: `1-${digit.repeat(32)}` }));
  await must(place.server, "POST", "/_users/_bulk_docs", { body: { docs, new_edits: false } });
}

async function expectGone(place: Place): Promise<void> {
  expect((await request(place.server, "GET", doc(place))).status).toBe(404);
}

async function cleanUp(place: Place): Promise<void> {
  const { status, body } = await request(place.server, "GET", doc(place));
  if (status === 200) await must(place.server, "DELETE", `${doc(place)}?rev=${body._rev}`);
}

const yaml = ({ name }: Place) => `- id: gone\n  removeUser: { name: ${name} }\n`;

export const cases: readonly Case[] = [
  { title: "that exists", prepare: make, yaml, expectState: expectGone, drift: make, cleanUp },
  { title: "with conflicting revisions", prepare: makeInConflict, yaml, expectState: expectGone, drift: make, cleanUp },
];
