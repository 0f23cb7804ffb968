import { companionsOf, unwanted } from "../objects/design-docs/companions.js";
import { idOf, nameInId } from "../objects/design-docs/design-doc.js";
import { listDesignDocs } from "../objects/design-docs/list.js";
import { contentOf, readExisting, removal, removeStored } from "../objects/documents/remove.js";
import type { Stored } from "../objects/documents/stored.js";
import { type DatabaseField, databaseList, databases, listed, ownDatabaseProblems } from "../steps/database-field.js";
import { defineKind } from "../steps/kind.js";
import { toPointer } from "../text/pointer.js";
import { called } from "../text/quantity.js";

interface Spec {
  readonly database: DatabaseField;
  readonly names: readonly string[];
}

interface DesignDocs {
  readonly database: readonly string[];
  /** Without `_design/`. */
  readonly names: readonly string[];
}

export const removeDesignDocs = defineKind<Spec, DesignDocs, readonly Stored[], readonly Stored[]>({
  name: "removeDesignDocs",
  summary:
    "These design documents do not exist: they are deleted with their indexes and with what staged deployments keep alongside them.",
  schema: {
    type: "object",
    required: ["database", "names"],
    additionalProperties: false,
    properties: {
      database: databases,
      names: {
        type: "array",
        description: "Names of design documents, without `_design/`.",
        items: { type: "string", minLength: 1 },
        minItems: 1,
        uniqueItems: true,
        examples: [["by-hatchery"]],
      },
    },
  },
  example: "removeDesignDocs:\n  database: zerglings\n  names: [by-hatchery]\n",
  scope: "database",
  nature: { destroys: "always" },
  fast: { provenByApply: true },

  title: ({ database, names }) => `${called("design document", names)} in ${listed(database)}`,
  databases: ({ database }) => database,
  claims: ({ database, names }) => database.flatMap((db) => names.map((name) => `designDoc/${db}/${name}`)),
  check: { spec: ({ database }) => ownDatabaseProblems(database, "database") },

  async resolve({ database, names }) {
    const bare = new Set(names.map((name) => nameInId(name) ?? name));
    return { database: databaseList(database), names: [...bare].sort() };
  },

  async observe({ couch, desired, database, step }) {
    const docs = (await listDesignDocs(couch, database)) ?? {};
    const companions = desired.names.flatMap((name) => unwanted(companionsOf(docs, name, step.set)).obsolete);
    return readExisting(couch, database, [...desired.names, ...companions].map(idOf));
  },

  diff: (_, observed) =>
    removal(observed, "names", (stored) => ({
      path: toPointer(["names", nameInId(stored.id) ?? stored.id]),
      before: contentOf(stored),
      after: null,
    })),

  /** The answer has a row for each document, and they are read again until no revision is left. */
  apply: (write, context) => removeStored(context, context.database, write),
});
