import { expect } from "vitest";
import { must, request } from "../../support/request.js";
import type { Case, Place } from "../case.js";

/** The only system database that no other test needs. */
const remove = ({ server }: Place) => request(server, "DELETE", "/_global_changes");

export const cases: readonly Case[] = [
  {
    title: "of one node, without a system database",
    prepare: remove,
    yaml: () => "- id: cluster\n  ensureCluster: { size: 1 }\n",
    async expectState({ server }) {
      for (const name of ["_users", "_replicator", "_global_changes"]) {
        expect(await must(server, "GET", `/${name}`)).toMatchObject({ db_name: name });
      }
    },
    drift: remove,
    cleanUp: remove,
  },
];
