import { idProblem } from "../objects/documents/document.js";
import { assertPartitions, partitionIdProblems } from "../objects/documents/partition-ids.js";
import { contentOf, readExisting, removal, removeStored } from "../objects/documents/remove.js";
import type { Stored } from "../objects/documents/stored.js";
import { ownKindProblems } from "../objects/documents/system-databases.js";
import { type DatabaseField, databaseList, databases, listed, ownDatabaseProblems } from "../steps/database-field.js";
import { defineKind } from "../steps/kind.js";
import { toPointer } from "../text/pointer.js";
import { count } from "../text/quantity.js";

interface Spec {
  readonly database: DatabaseField;
  readonly ids: readonly string[];
}

interface Documents {
  readonly database: readonly string[];
  readonly ids: readonly string[];
}

export const removeDocuments = defineKind<Spec, Documents, readonly Stored[], readonly Stored[]>({
  name: "removeDocuments",
  summary: "These documents do not exist: they are deleted, conflicting revisions included.",
  schema: {
    type: "object",
    required: ["database", "ids"],
    additionalProperties: false,
    properties: {
      database: databases,
      ids: {
        type: "array",
        description: "Ids of documents. Variables are not resolved in them.",
        items: { type: "string", minLength: 1 },
        minItems: 1,
        uniqueItems: true,
        examples: [["daggoth", "zasz"]],
      },
    },
  },
  example: "removeDocuments:\n  database: zerglings\n  ids: [daggoth, zasz]\n",
  scope: "database",
  nature: { documents: "named", destroys: "always" },
  fast: { provenByApply: true },

  title: ({ database, ids }) => `${called(ids)} in ${listed(database)}`,
  databases: ({ database }) => database,
  claims: ({ database, ids }) => database.flatMap((db) => ids.map((id) => `document/${db}/${id}`)),

  check: {
    spec({ database, ids }) {
      const wrong = ids.flatMap((id, i) => {
        const problem = idProblem(id);
        return problem ? [{ path: toPointer(["ids", i]), ...problem }] : [];
      });
      return [...ownDatabaseProblems(database, "database"), ...ownKindProblems(database, "remove"), ...wrong];
    },
    partitions: ({ database, ids }, partitioned) => partitionIdProblems(ids, database, partitioned, "/ids"),
  },

  resolve: async ({ database, ids }) => ({ database: databaseList(database), ids: [...ids].sort() }),

  async observe({ couch, desired: { ids }, database }) {
    await assertPartitions(couch, database, ids);
    return readExisting(couch, database, ids);
  },

  diff: (_, observed) =>
    removal(observed, "ids", (stored) => ({
      path: toPointer(["ids", stored.id]),
      before: contentOf(stored),
      after: null,
    })),

  /** The answer has a row for each document, and they are read again until no revision is left. */
  apply: (write, context) => removeStored(context, context.database, write),
});

function called(ids: readonly string[]): string {
  const [only, ...others] = ids;
  return only !== undefined && others.length === 0 ? `document ${only}` : count(ids.length, "document");
}
