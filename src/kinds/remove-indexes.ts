import { finishStaged } from "../objects/design-docs/companion-writes.js";
import { companionsOf, unwanted } from "../objects/design-docs/companions.js";
import { designDocOf, indexClaim, type StoredIndex } from "../objects/indexes/definition.js";
import { type ObservedIndexes, observeIndexes } from "../objects/indexes/observe.js";
import { removeIndex } from "../objects/indexes/write.js";
import { type DatabaseField, databaseList, databases, listed, ownDatabaseProblems } from "../steps/database-field.js";
import { holds, removes } from "../steps/difference.js";
import { defineKind } from "../steps/kind.js";
import type { Schema } from "../steps/schema.js";
import type { StepWarning } from "../steps/warnings.js";
import { toPointer } from "../text/pointer.js";
import { called } from "../text/quantity.js";

interface Named {
  readonly name: string;
  /** Without `_design/`, once resolved. */
  readonly ddoc: string;
}

interface Spec {
  readonly database: DatabaseField;
  readonly indexes: readonly (string | { readonly name: string; readonly ddoc?: string })[];
}

interface Indexes {
  readonly database: readonly string[];
  readonly indexes: readonly Named[];
}

const indexName: Schema = { type: "string", minLength: 1, variables: true };

interface Removal {
  readonly indexes: readonly StoredIndex[];
  /** Companions of their design documents, which staged deployments create. */
  readonly companions: readonly string[];
}

export const removeIndexes = defineKind<Spec, Indexes, ObservedIndexes, Removal>({
  name: "removeIndexes",
  summary: "These Mango indexes do not exist.",
  schema: {
    type: "object",
    required: ["database", "indexes"],
    additionalProperties: false,
    properties: {
      database: databases,
      indexes: {
        type: "array",
        description: "Names of indexes; `{name, ddoc}` for those in a design document other than `mango-<name>`.",
        minItems: 1,
        uniqueItems: true,
        items: {
          anyOf: [
            indexName,
            {
              type: "object",
              required: ["name"],
              additionalProperties: false,
              properties: { name: indexName, ddoc: indexName },
            },
          ],
        },
        examples: [["by-owner"], [{ name: "by-owner", ddoc: "owners" }]],
      },
    },
  },
  example: "removeIndexes:\n  database: zerglings\n  indexes: [by-owner]\n",
  scope: "database",
  nature: { destroys: "always" },
  fast: { provenByApply: true },

  title: ({ database, indexes }) =>
    `${called(
      "index",
      indexes.map(({ name }) => name),
    )} in ${listed(database)}`,
  databases: ({ database }) => database,
  claims: ({ database, indexes }) =>
    database.flatMap((db) => indexes.map(({ name, ddoc }) => indexClaim(db, ddoc, name))),
  check: { spec: ({ database }) => ownDatabaseProblems(database, "database") },

  async resolve({ database, indexes }) {
    const named = indexes.map((one) => {
      const { name, ddoc }: { name: string; ddoc?: string } = typeof one === "string" ? { name: one } : one;
      return { name, ddoc: designDocOf(name, ddoc) };
    });
    return { database: databaseList(database), indexes: named };
  },

  observe: ({ couch, desired, database, step }) =>
    observeIndexes(
      couch,
      database,
      step.set,
      desired.indexes.map(({ ddoc }) => ddoc),
    ),

  diff({ indexes }, observed) {
    const all = observed?.indexes ?? [];
    const lost = indexes.flatMap((named, i) =>
      all.filter((one) => isSame(one, named)).map((stored) => ({ path: toPointer(["indexes", i]), stored })),
    );
    // What an unfinished deployment has left of them.
    const designDocs = observed?.designDocs ?? {};
    const companions = lost.flatMap(
      ({ stored }) => unwanted(companionsOf(designDocs, stored.ddoc, observed?.set ?? "")).obsolete,
    );
    const warnings = indexes.flatMap((named) => elsewhere(named, all));
    if (lost.length === 0) return holds({ warnings });
    const changes = lost.map(({ path, stored }) => ({ path, before: stored, after: null }));
    return removes(changes, { indexes: lost.map(({ stored }) => stored), companions }, { warnings });
  },

  /** CouchDB answers `{"ok":true}` even if it removed nothing, so the indexes are listed again. */
  async apply(write, { couch, database, signal, step }) {
    for (const index of write.indexes) {
      signal.throwIfAborted();
      await removeIndex(couch, database, index);
    }
    if (write.companions.length > 0)
      await finishStaged(couch, database, step.set, { obsolete: write.companions, finished: [] });
  },
});

function isSame(stored: StoredIndex, { name, ddoc }: Named): boolean {
  return stored.name === name && stored.ddoc === ddoc;
}

function elsewhere(named: Named, all: readonly StoredIndex[]): StepWarning[] {
  const others = all.filter((one) => one.name === named.name);
  if (others.length === 0 || others.some((one) => isSame(one, named))) return [];
  const { name, ddoc } = named;
  return [{ code: "index-elsewhere", index: name, ddoc, others: others.map((other) => other.ddoc) }];
}
