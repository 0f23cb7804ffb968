import { expect } from "vitest";
import { must, until } from "../../support/request.js";
import type { Case, Place } from "../case.js";

async function create({ server, name }: Place): Promise<void> {
  await must(server, "PUT", `/${name}?q=1`);
  await must(server, "PUT", `/${name}/drone`, { body: { legs: 6 } });
}

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
  {
    title: "with more shards than it had",
    needs: "resharding",
    from: "3.0",
    prepare: create,
    yaml: ({ name }) => `- id: db\n  ensureDatabase: { name: ${name}, q: 4, reshard: true }\n`,
    async expectState({ server, name }) {
      expect(await must(server, "GET", `/${name}`)).toMatchObject({ cluster: { q: 4 }, doc_count: 1 });
      expect(await must(server, "GET", `/${name}/drone`)).toMatchObject({ legs: 6 });
    },
    async drift(place) {
      const incarnation = async () => (await must(place.server, "GET", `/${place.name}`)).instance_start_time;
      const before = await incarnation();
      const again = async () => {
        await must(place.server, "DELETE", `/${place.name}`);
        await create(place);
        return incarnation();
      };
      // A database that is created again within a second counts as the same one.
      await until(again, (after) => after !== before);
    },
  },
];
