import { expect } from "vitest";
import { must } from "../../support/request.js";
import type { Case } from "../case.js";

export const cases: readonly Case[] = [
  {
    title: "with defaults",
    yaml: ({ name }) => `- id: db\n  ensureDatabase:\n    name: ${name}\n`,
    async expectState({ server, name }) {
      const info = await must(server, "GET", `/${name}`);
      expect(info.props?.partitioned ?? false).toBe(false);
    },
    drift: ({ server, name }) => must(server, "DELETE", `/${name}`),
  },
  {
    title: "partitioned",
    from: "3.0",
    yaml: ({ name }) => `- id: db\n  ensureDatabase: { name: ${name}, partitioned: true, q: 3 }\n`,
    async expectState({ server, name }) {
      const info = await must(server, "GET", `/${name}`);
      expect(info).toMatchObject({ props: { partitioned: true }, cluster: { q: 3 } });
    },
    drift: ({ server, name }) => must(server, "DELETE", `/${name}`),
  },
  {
    title: "with limits",
    from: "2.3",
    databaseStays: true,
    yaml: ({ name }) => `- id: db\n  ensureDatabase: { name: ${name}, revsLimit: 50, purgedInfosLimit: 7 }\n`,
    async expectState({ server, name }) {
      expect(await must(server, "GET", `/${name}/_revs_limit`)).toBe(50);
      expect(await must(server, "GET", `/${name}/_purged_infos_limit`)).toBe(7);
    },
    drift: ({ server, name }) => must(server, "PUT", `/${name}/_revs_limit`, { body: 1_000 }),
  },
];
