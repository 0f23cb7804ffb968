import { toPointer } from "../migrations/pointer.js";
import { type DatabaseField, databaseList, databases, listed, ownDatabaseProblems } from "./database-field.js";
import { type ComparedIndex, compareIndexes, neighbourWarning, rebuildOf } from "./indexes/compare.js";
import { designDocOf, type Index, type IndexType, indexTypes } from "./indexes/definition.js";
import { type ObservedIndexes, observeIndexes } from "./indexes/observe.js";
import { writeIndex } from "./indexes/write.js";
import { isObject, type JsonObject } from "./json.js";
import { defineKind, holds, type SpecProblem } from "./kind.js";

interface IndexSpec {
  readonly index: JsonObject;
  readonly type?: IndexType;
  readonly partitioned?: boolean;
  readonly ddoc?: string;
}

interface Spec {
  readonly database: DatabaseField;
  readonly indexes: Readonly<Record<string, IndexSpec>>;
}

interface Indexes {
  readonly database: readonly string[];
  readonly indexes: Readonly<Record<string, Index>>;
}

export const ensureIndexes = defineKind<Spec, Indexes, ObservedIndexes, readonly ComparedIndex[]>({
  name: "ensureIndexes",
  summary: "Mango indexes, each in a design document of its own.",
  schema: {
    type: "object",
    required: ["database", "indexes"],
    additionalProperties: false,
    properties: {
      database: databases,
      indexes: {
        type: "object",
        description: "Indexes by name. Others that the database has are left alone.",
        minProperties: 1,
        propertyNames: { minLength: 1 },
        examples: [{ "by-owner": { index: { fields: ["owner", "born"] } } }],
        additionalProperties: {
          type: "object",
          description: "One index.",
          required: ["index"],
          additionalProperties: false,
          properties: {
            index: {
              type: "object",
              description:
                "The definition, as CouchDB has it. A changed one replaces the old one, and the index is built anew.",
              examples: [{ fields: ["owner"], partial_filter_selector: { type: "zergling" } }],
              properties: {
                fields: {
                  type: "array",
                  description:
                    "Names of fields, or `{<name>: asc}`, `{<name>: desc}`, all in one direction. Of text indexes: `{name, type}`.",
                  items: {
                    anyOf: [
                      { type: "string", minLength: 1 },
                      { type: "object", minProperties: 1 },
                    ],
                  },
                  examples: [["owner", "born"]],
                },
                partial_filter_selector: {
                  type: "object",
                  description: "Only documents that it matches are in the index.",
                  examples: [{ type: "zergling" }],
                },
              },
            },
            type: {
              type: "string",
              enum: indexTypes,
              default: "json",
              description: "`text` and `nouveau` need a search service beside CouchDB, and are not tested with one.",
              variables: true,
            },
            partitioned: {
              type: "boolean",
              description: "Whether it is an index of each partition, or of all. Default: as the database is.",
              variables: true,
            },
            ddoc: {
              type: "string",
              description: "Its design document, which holds no other index. Default: `mango-<name>`.",
              minLength: 1,
              examples: ["mango-by-owner"],
              variables: true,
            },
          },
        },
      },
    },
  },
  example: `ensureIndexes:
  database: zerglings
  indexes:
    by-owner:
      index:
        fields: [owner, born]
`,
  scope: "database",

  title: ({ database, indexes }) => `indexes ${listed(Object.keys(indexes))} of ${listed(database)}`,
  databases: ({ database }) => database,
  claims: ({ database, indexes }) =>
    database.flatMap((db) =>
      Object.entries(indexes).flatMap(([name, { ddoc }]) => [`designDoc/${db}/${ddoc}`, `index/${db}/${ddoc}/${name}`]),
    ),

  check: ({ database, indexes }) => [
    ...ownDatabaseProblems(database, "database"),
    ...sharedDesignDocs(indexes),
    ...Object.entries(indexes).flatMap(([name, index]) => jsonIndexProblems(name, index)),
  ],

  async resolve({ database, indexes }) {
    const resolved = Object.entries(indexes).map(([name, { ddoc, type = "json", ...others }]) => {
      return [name, { ...others, type, ddoc: designDocOf(name, ddoc) }] as const;
    });
    return { database: databaseList(database), indexes: Object.fromEntries(resolved) };
  },

  observe: ({ couch, target: { database = "" } }) => observeIndexes(couch, database),

  diff({ indexes }, observed, { database = "" }) {
    const different = compareIndexes(indexes, observed);
    if (different.length === 0) return holds();
    const changes = different.flatMap((one) => one.changes);
    const written = different.filter(({ writes }) => writes);
    const warnings = written.flatMap(neighbourWarning);
    const refusals = different.flatMap(({ refusal }) => refusal ?? []);
    if (refusals.length > 0) {
      return { action: "refused", changes, rebuilds: [], warnings, refusal: refusals.join("; ") };
    }
    const documents = observed?.documents ?? 0;
    return {
      action: changes.every(({ before }) => before === null) ? "create" : "update",
      changes,
      rebuilds: written.map((one) => rebuildOf(database, documents, one)),
      warnings,
      write: different,
    };
  },

  async apply(write, { couch, target: { database = "" }, signal }) {
    for (const one of write) {
      signal.throwIfAborted();
      await writeIndex(couch, database, one);
    }
  },
});

function sharedDesignDocs(indexes: Spec["indexes"]): SpecProblem[] {
  const taken = new Map<string, string>();
  return Object.entries(indexes).flatMap(([name, { ddoc }]) => {
    const designDoc = designDocOf(name, ddoc);
    const first = taken.get(designDoc);
    taken.set(designDoc, first ?? name);
    if (first === undefined) return [];
    const message = `_design/${designDoc} is that of index ${first} already; each index has one of its own`;
    return [{ path: toPointer(["indexes", name]), code: "shared-design-doc", message }];
  });
}

/** Those of the other types are CouchDB's to judge. */
function jsonIndexProblems(name: string, { index, type = "json" }: IndexSpec): SpecProblem[] {
  if (type !== "json") return [];
  const problem = (keys: readonly (string | number)[], message: string): SpecProblem => {
    return { path: toPointer(["indexes", name, "index", ...keys]), code: "index-definition", message };
  };
  const { fields, partial_filter_selector, ...unknown } = index;
  const others = Object.keys(unknown).map((key) =>
    problem([key], `an index of type json has \`fields\` and \`partial_filter_selector\`, but no \`${key}\``),
  );
  if (!Array.isArray(fields) || fields.length === 0) {
    return [...others, problem([], "an index of type json needs `fields`")];
  }
  const directions = fields.map(directionOf);
  const wrong = directions.flatMap((direction, i) =>
    direction === undefined ? [problem(["fields", i], "a field is its name, `{<name>: asc}` or `{<name>: desc}`")] : [],
  );
  const mixed = new Set(directions).size > 1 && wrong.length === 0;
  return [...others, ...wrong, ...(mixed ? [problem(["fields"], "all fields have to be in the same direction")] : [])];
}

function directionOf(field: unknown): "asc" | "desc" | undefined {
  if (typeof field === "string") return "asc";
  const [member, ...others] = isObject(field) ? Object.entries(field) : [];
  const [name, direction] = member ?? [];
  const known = direction === "asc" || direction === "desc";
  return name !== "" && others.length === 0 && known ? direction : undefined;
}
