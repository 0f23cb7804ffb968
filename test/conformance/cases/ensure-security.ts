import { expect } from "vitest";
import { must } from "../../support/request.js";
import type { Case, Place } from "../case.js";

const make = ({ server, name }: Place) => must(server, "PUT", `/${name}`);
const security = ({ server, name }: Place) => must(server, "GET", `/${name}/_security`);
const set = ({ server, name }: Place, body: unknown) => must(server, "PUT", `/${name}/_security`, { body });

export const cases: readonly Case[] = [
  {
    title: "replace",
    prepare: make,
    yaml: ({ name }) => `- id: security
  ensureSecurity:
    database: ${name}
    admins: { roles: [overmind] }
    members: { names: [zergling, drone], roles: [hatchery] }
`,
    async expectState(place) {
      const { admins, members } = await security(place);
      expect(admins).toEqual({ names: [], roles: ["overmind"] });
      expect(members.names.toSorted()).toEqual(["drone", "zergling"]);
      expect(members.roles).toEqual(["hatchery"]);
    },
    drift: (place) => set(place, { admins: { names: ["intruder"], roles: [] }, members: { names: [], roles: [] } }),
  },
  {
    title: "merge",
    async prepare(place) {
      await make(place);
      await set(place, { admins: { names: ["kerrigan"], roles: [] }, members: { names: [], roles: ["drone"] } });
    },
    yaml: ({ name }) => `- id: security
  ensureSecurity:
    database: ${name}
    mode: merge
    members: { roles: [hatchery] }
`,
    async expectState(place) {
      const { admins, members } = await security(place);
      expect(admins.names).toEqual(["kerrigan"]);
      expect(members.roles.toSorted()).toEqual(["drone", "hatchery"]);
    },
    drift: (place) =>
      set(place, { admins: { names: ["kerrigan"], roles: [] }, members: { names: [], roles: ["drone"] } }),
  },
];
