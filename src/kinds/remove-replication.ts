import { readExisting, removal, removeStored } from "../objects/documents/remove.js";
import type { Stored } from "../objects/documents/stored.js";
import {
  furtherFields,
  type StoredReplication,
  shownReplication,
  storedDefinition,
} from "../objects/replications/replication.js";
import {
  type InReplicator,
  placeOf,
  replicationClaim,
  replicationName,
  replicatorDatabase,
  replicatorOf,
} from "../objects/replications/replicator-database.js";
import { defineKind } from "../steps/kind.js";

export const removeReplication = defineKind<InReplicator, InReplicator, readonly Stored[], readonly Stored[]>({
  name: "removeReplication",
  summary: "A replication does not exist: it stops, and what it has copied stays.",
  schema: {
    type: "object",
    required: ["id"],
    additionalProperties: false,
    properties: {
      id: {
        type: "string",
        description: "Id of the document in `database`.",
        pattern: "^[^_]",
        minLength: 1,
        examples: ["zerglings-to-aiur"],
        variables: true,
      },
      database: replicatorDatabase,
    },
  },
  example: "removeReplication:\n  id: zerglings-to-aiur\n",
  scope: "server",
  nature: { destroys: "always" },
  fast: { provenByApply: true },

  title: (replication) => `replication ${replicationName(replication)}`,
  databases: (replication) => [replicatorOf(replication)],
  claims: (replication) => [replicationClaim(replication)],
  resolve: async (spec) => placeOf(spec),

  observe: ({ couch, desired }) => readExisting(couch, replicatorOf(desired), [desired.id]),

  diff: (_, observed) =>
    removal(observed, "id", ({ rev, doc }) => {
      const stored: StoredReplication = { ...doc, _rev: rev };
      return {
        path: "/id",
        before: shownReplication({ ...storedDefinition(stored), ...furtherFields(stored) }),
        after: null,
      };
    }),

  /** The answer has a row for the document, and it is read again until no revision is left. */
  apply: (write, context) => removeStored(context, replicatorOf(context.desired), write),
});
