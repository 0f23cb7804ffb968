import { finishStaged } from "../objects/design-docs/companion-writes.js";
import { listDesignDocs } from "../objects/design-docs/list.js";
import { buildAhead, deployStaged } from "../objects/design-docs/staged.js";
import { asStagedDocument } from "../objects/design-docs/staged-write.js";
import { lackingOf } from "../objects/design-docs/twins.js";
import { compareIndexes, neighbourWarning } from "../objects/indexes/compare.js";
import { designDocOf, type Index, type IndexSpec, indexClaim, indexTypes } from "../objects/indexes/definition.js";
import { type FoundIndex, readIndexFiles } from "../objects/indexes/index-files.js";
import { type ObservedIndexes, observeIndexes } from "../objects/indexes/observe.js";
import { type IndexesWrite, planIndexes, rebuildOf, type StagedIndex } from "../objects/indexes/staging.js";
import { assertShown, writeIndex } from "../objects/indexes/write.js";
import { type DatabaseField, databaseList, databases, listed, ownDatabaseProblems } from "../steps/database-field.js";
import { type Change, creates, holds, refuses, updates } from "../steps/difference.js";
import { type FromField, filesAndFolders } from "../steps/from-field.js";
import { defineKind } from "../steps/kind.js";
import type { StepFiles } from "../steps/step-files.js";
import { isObject } from "../text/json.js";
import { toPointer } from "../text/pointer.js";
import { called } from "../text/quantity.js";

type Deploy = "staged" | "inPlace";

interface Spec {
  readonly database: DatabaseField;
  readonly from?: FromField;
  readonly indexes?: Readonly<Record<string, IndexSpec>>;
  readonly deploy?: Deploy;
}

interface Indexes {
  readonly database: readonly string[];
  readonly indexes: Readonly<Record<string, Index>>;
  readonly deploy: Deploy;
}

export const ensureIndexes = defineKind<Spec, Indexes, ObservedIndexes, IndexesWrite>({
  name: "ensureIndexes",
  summary: "Mango indexes, each in its own design document.",
  schema: {
    type: "object",
    required: ["database"],
    additionalProperties: false,
    properties: {
      database: databases,
      from: filesAndFolders(
        "JSON file, folder of JSON files, or list of them, relative to this file. A file holds one index: `{index: {fields: […]}, name, ddoc, type, partitioned}`, as Hyperledger Fabric keeps them. Default of `name`: the file's name without `.json`.",
        ["../META-INF/statedb/couchdb/indexes"],
      ),
      indexes: {
        type: "object",
        description: "Indexes by name. Other indexes of the database are not changed.",
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
                "The definition, as CouchDB takes it. A changed definition replaces the old one, and the index is rebuilt.",
              examples: [{ fields: ["owner"], partial_filter_selector: { type: "zergling" } }],
              properties: {
                fields: {
                  type: "array",
                  description:
                    "Names of fields, or `{<name>: asc}`, `{<name>: desc}`, all in one direction. For text indexes: `{name, type}`. Empty: the index only applies its partial filter.",
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
                  description: "The index contains only documents that match this selector.",
                  examples: [{ type: "zergling" }],
                },
              },
            },
            type: {
              type: "string",
              enum: indexTypes,
              default: "json",
              description: "`text` and `nouveau` need a search service next to CouchDB, and were not tested with one.",
              variables: true,
            },
            partitioned: {
              type: "boolean",
              description:
                "Whether it indexes each partition, or the whole database. Default: the same as the database.",
              variables: true,
            },
            ddoc: {
              type: "string",
              description: "Its design document, which must not contain another index. Default: `mango-<name>`.",
              minLength: 1,
              examples: ["mango-by-owner"],
              variables: true,
            },
          },
        },
      },
      deploy: {
        type: "string",
        enum: ["staged", "inPlace"],
        default: "staged",
        description:
          "`staged`: if there are many documents, a new or changed index of type `json` is built hidden from the query planner, and takes its place once it is built, so that no query waits for it. `inPlace`: written through `_index` immediately; queries that fit the index wait for the build.",
        variables: true,
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
  lifecycle: { removedBy: "removeIndexes" },
  fast: { provenByApply: true, absentFromNew: () => true, ahead: listDesignDocs },

  title: ({ database, indexes }) => `${called("index", Object.keys(indexes))} in ${listed(database)}`,
  databases: ({ database }) => database,
  claims: ({ database, indexes }) =>
    database.flatMap((db) =>
      Object.entries(indexes).flatMap(([name, { ddoc }]) => [`designDoc/${db}/${ddoc}`, indexClaim(db, ddoc, name)]),
    ),

  check: {
    spec({ database, from, indexes }) {
      const own = ownDatabaseProblems(database, "database");
      if (from !== undefined || indexes !== undefined) return own;
      const message = "the step needs `from` (files and folders) or `indexes` (inline)";
      return [...own, { path: "", code: "no-indexes", message }];
    },
  },

  async resolve({ database, from = [], indexes: inline = {}, deploy = "staged" }, files) {
    const found = [...inlineIndexes(files, inline), ...(await readIndexFiles(files, from))];
    reportRepeated(found);
    for (const { spec, report } of found)
      for (const { keys, message } of jsonIndexFaults(spec)) report(["index", ...keys], "index-definition", message);
    const resolved = found.map(({ name, spec: { ddoc, type = "json", ...others } }) => {
      return [name, { ...others, type, ddoc: designDocOf(name, ddoc) }] as const;
    });
    return { database: databaseList(database), indexes: Object.fromEntries(resolved), deploy };
  },

  observe({ couch, desired, database, step }) {
    const ddocs = Object.values(desired.indexes).map(({ ddoc }) => ddoc);
    return observeIndexes(couch, database, step.set, ddocs);
  },

  async detail({ couch, desired, database }, observed) {
    const written = compareIndexes(desired.indexes, observed).filter(({ writes }) => writes);
    const twins = written.map((one) => rebuildOf(database, observed, one, false).reuses);
    return { ...observed, lacking: await lackingOf(couch, database, twins) };
  },

  diff(desired, observed, { database }) {
    const different = compareIndexes(desired.indexes, observed);
    const write = planIndexes(desired, observed, different);
    const leftOver = [...write.obsolete, ...write.finished];
    if (different.length === 0 && leftOver.length === 0) return holds();
    const changes = [...different.flatMap((one) => one.changes), ...leftOver.map(leftOverChange)];
    const written = different.filter(({ writes }) => writes);
    const warnings = written.flatMap(neighbourWarning);
    const refusals = different.flatMap(({ refusal }) => refusal ?? []);
    if (refusals.length > 0) return refuses(refusals, changes, { warnings });
    const isStaged = (name: string) => write.staged.some(({ index }) => index.name === name);
    const rebuilds = written.map((one) => rebuildOf(database, observed, one, isStaged(one.name)));
    const isNew = changes.every(({ before }) => before === null);
    const former = { states: different.flatMap((one) => one.changes) };
    const created = different.flatMap(({ name, desired: { ddoc }, changes }) =>
      changes.some(({ path }) => path === toPointer(["indexes", name])) ? [indexClaim(database, ddoc, name)] : [],
    );
    return (isNew ? creates : updates)(changes, write, { rebuilds, warnings, former, created });
  },

  /**
   * The answer in a new database names the index as created; in other databases, the indexes are listed again and
   * compared.
   */
  async apply({ inPlace, staged, obsolete, finished }, context) {
    const { couch, database, signal, step } = context;
    const atOnce = async () => {
      for (const one of inPlace) {
        signal.throwIfAborted();
        await writeIndex(couch, database, one);
      }
      if (obsolete.length + finished.length > 0) await finishStaged(couch, database, step.set, { obsolete, finished });
    };
    const then = ({ index }: StagedIndex) => assertShown(couch, database, index.name, index.desired);
    await deployStaged(context, database, staged, { atOnce, then });
  },

  stage: {
    documents: ({ staged }) => staged.map(asStagedDocument),
    build: ({ staged }, context) => buildAhead(context, context.database, staged),
  },
});

function leftOverChange(staged: string): Change {
  return { path: toPointer(["indexes", staged]), before: "left by a run that did not end", after: null };
}

function inlineIndexes(files: StepFiles, indexes: Readonly<Record<string, IndexSpec>>): FoundIndex[] {
  return Object.entries(indexes).map(([name, spec]) => ({
    name,
    spec,
    report: (keys, code, message) => files.problem({ pointer: toPointer(["indexes", name, ...keys]) }, code, message),
  }));
}

function reportRepeated(found: readonly FoundIndex[]): void {
  const names = new Set<string>();
  const owners = new Map<string, string>();
  for (const { name, spec, report } of found) {
    const designDoc = designDocOf(name, spec.ddoc);
    const owner = owners.get(designDoc);
    if (names.has(name)) report([], "duplicate-index", `index ${name} appears twice in this step`);
    else if (owner !== undefined) {
      const message = `_design/${designDoc} already belongs to index ${owner}; each index needs its own design document`;
      report([], "shared-design-doc", message);
    }
    names.add(name);
    owners.set(designDoc, owner ?? name);
  }
}

/** `keys`: of the field in the definition. */
interface IndexFault {
  readonly keys: readonly (string | number)[];
  readonly message: string;
}

/** Only CouchDB can judge indexes of other types. */
function jsonIndexFaults({ index, type = "json" }: IndexSpec): IndexFault[] {
  if (type !== "json") return [];
  const problem = (keys: readonly (string | number)[], message: string): IndexFault => ({ keys, message });
  const { fields, partial_filter_selector, ...unknown } = index;
  const others = Object.keys(unknown).map((key) =>
    problem([key], `an index of type json can have \`fields\` and \`partial_filter_selector\`, but not \`${key}\``),
  );
  if (!Array.isArray(fields)) return [...others, problem([], "an index of type json needs `fields`")];
  if (fields.length === 0 && !isObject(partial_filter_selector)) {
    const message =
      "an index without fields needs a `partial_filter_selector`: without one, it is no better than `_all_docs`";
    return [...others, problem(["fields"], message)];
  }
  const directions = fields.map(directionOf);
  const wrong = directions.flatMap((direction, i) =>
    direction === undefined
      ? [problem(["fields", i], "a field must be its name, `{<name>: asc}` or `{<name>: desc}`")]
      : [],
  );
  const mixed = new Set(directions).size > 1 && wrong.length === 0;
  return [...others, ...wrong, ...(mixed ? [problem(["fields"], "all fields must have the same direction")] : [])];
}

function directionOf(field: unknown): "asc" | "desc" | undefined {
  if (typeof field === "string") return "asc";
  const [member, ...others] = isObject(field) ? Object.entries(field) : [];
  const [name, direction] = member ?? [];
  const known = direction === "asc" || direction === "desc";
  return name !== "" && others.length === 0 && known ? direction : undefined;
}
