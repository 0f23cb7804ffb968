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
];
