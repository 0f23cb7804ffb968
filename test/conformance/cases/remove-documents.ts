import { expect } from "vitest";
import { must } from "../../support/request.js";
import type { Case } from "../case.js";

export const cases: readonly Case[] = [
  {
    title: "one with conflicting revisions, one that never existed",
    async prepare({ server, name }) {
      await must(server, "PUT", `/${name}`);
      await must(server, "POST", `/${name}/_bulk_docs`, { body: { docs: [{ _id: "daggoth" }, { _id: "overmind" }] } });
      const docs = ["1-a", "1-b", "1-c"].map((_rev) => ({ _id: "zasz", _rev, leaf: _rev }));
      await must(server, "POST", `/${name}/_bulk_docs`, { body: { new_edits: false, docs } });
    },
    yaml: ({ name }) =>
      `- id: gone\n  removeDocuments: { database: ${name}, ids: [zasz, daggoth, nobody], allowDestroy: true }\n`,
    async expectState({ server, name }) {
      const { rows } = await must(server, "GET", `/${name}/_all_docs`);
      expect(rows.map(({ id }: { id: string }) => id)).toEqual(["overmind"]);
    },
    drift: ({ server, name }) => must(server, "PUT", `/${name}/zasz`, { body: {} }),
  },
];
