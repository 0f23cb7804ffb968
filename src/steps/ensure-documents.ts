import type { Couch } from "../couch/couch.js";
import { type DatabaseField, databaseList, databases, listed, ownDatabaseProblems } from "./database-field.js";
import { batchesOf } from "./documents/batches.js";
import { bodyOf, changesOf, type Mode, type Pending, pendingOf } from "./documents/compare.js";
import { bytesOf, type Document } from "./documents/document.js";
import { readDocuments, type Sources } from "./documents/sources.js";
import { readStored, type StoredById } from "./documents/stored.js";
import { summarise } from "./documents/summary.js";
import { ownKindProblems } from "./documents/system-databases.js";
import { writeDocuments } from "./documents/write.js";
import { defineKind, holds } from "./kind.js";

interface Spec extends Sources {
  readonly database: DatabaseField;
  readonly mode?: Mode;
}

interface Documents {
  readonly database: readonly string[];
  readonly docs: readonly Document[];
  readonly mode: Mode;
}

export const ensureDocuments = defineKind<Spec, Documents, readonly Pending[], readonly Pending[]>({
  name: "ensureDocuments",
  summary: "Documents, inline or from JSON files: those that are missing, or all of them as they stand here.",
  schema: {
    type: "object",
    required: ["database"],
    additionalProperties: false,
    properties: {
      database: databases,
      docs: {
        type: "array",
        description:
          "Documents, each with its `_id`. Variables are not resolved in them. A `_rev` is left out; attachments have their `data` (base64) in `_attachments`. At most 8 MB each.",
        minItems: 1,
        items: { type: "object" },
        examples: [[{ _id: "overmind", type: "cerebrate", broods: 7 }]],
      },
      from: {
        description:
          "File, folder, or list of them, relative to this file. A `.json` file holds one document, a list, or `{docs: […]}`; of a folder all its `.json` files are read.",
        examples: ["../data/broods.json", ["../data/broods", "../data/overmind.json"]],
        anyOf: [
          { type: "string", minLength: 1, variables: true },
          { type: "array", items: { type: "string", minLength: 1, variables: true }, minItems: 1, uniqueItems: true },
        ],
      },
      mode: {
        type: "string",
        enum: ["ifMissing", "overwrite"],
        default: "ifMissing",
        description:
          "`ifMissing`: what is there is left as it is, and what was deleted stays deleted. `overwrite`: what differs is replaced, and what was deleted is made again; attachments stay where the document here has no `_attachments`.",
        variables: true,
      },
    },
  },
  example: `ensureDocuments:
  database: zerglings
  docs:
    - _id: overmind
      type: cerebrate
      broods: 7
`,
  scope: "database",

  title: ({ database, docs }) => `${called(docs)} of ${listed(database)}`,
  databases: ({ database }) => database,
  claims: ({ database, docs }) => database.flatMap((db) => docs.map(({ _id }) => `document/${db}/${_id}`)),

  check({ database, docs, from }) {
    const problems = [...ownDatabaseProblems(database, "database"), ...ownKindProblems(database, "ensure")];
    if (from !== undefined || docs !== undefined) return problems;
    const message = "there is neither `docs` (inline) nor `from` (files and folders)";
    return [...problems, { path: "", code: "no-documents", message }];
  },

  async resolve({ database, docs, from, mode = "ifMissing" }, files) {
    const sources = { ...(docs ? { docs } : {}), ...(from ? { from } : {}) };
    return { database: databaseList(database), docs: await readDocuments(files, sources), mode };
  },

  async observe({ couch, desired: { docs, mode }, target: { database = "" } }) {
    const found: Pending[] = [];
    for await (const batch of batchesOf(docs, bytesOf)) {
      const stored = await storedOf(couch, database, batch, mode);
      if (!stored) return undefined;
      for (const document of batch) {
        const pending = pendingOf(document, stored.get(document._id), mode);
        if (pending) found.push(pending);
      }
    }
    return found;
  },

  diff({ docs }, observed) {
    const pending = observed ?? docs.map((document): Pending => ({ document }));
    if (pending.length === 0) return holds();
    const changes = summarise(pending, changesOf, ({ stored }) => (stored ? "replaced" : "made"), {
      made: (documents) => ({ path: "/docs", before: null, after: documents }),
      replaced: (documents) => ({ path: "/docs", before: `${documents}, which differ`, after: "as in this step" }),
    });
    const action = pending.some(({ stored }) => stored) ? "update" : "create";
    return { action, changes, rebuilds: [], warnings: [], write: pending };
  },

  async apply(write, { couch, desired: { mode }, target: { database = "" }, signal, progress }) {
    const total = write.length;
    await writeDocuments(couch, database, bodies(write), {
      total,
      // Somebody has made it meanwhile: then it is not missing.
      conflictsAreFine: mode === "ifMissing",
      signal,
      wrote: (done) => progress({ done, total, unit: "documents", what: `written to ${database}` }),
    });
  },
});

/** What the comparison needs: content with `overwrite` only, the data of attachments only where a document has some. */
async function storedOf(
  couch: Couch,
  database: string,
  batch: readonly Document[],
  mode: Mode,
): Promise<StoredById | undefined> {
  if (mode === "ifMissing") return readStored(couch, database, idsOf(batch));
  const bare = batch.filter(({ _attachments }) => _attachments === undefined);
  const others = batch.filter(({ _attachments }) => _attachments !== undefined);
  const stored = await readStored(couch, database, idsOf(bare), { docs: true });
  const withData = await readStored(couch, database, idsOf(others), { docs: true, attachments: true });
  return stored && withData && new Map([...stored, ...withData]);
}

function idsOf(documents: readonly Document[]): string[] {
  return documents.map(({ _id }) => _id);
}

function* bodies(write: readonly Pending[]) {
  for (const pending of write) yield bodyOf(pending);
}

function called(docs: readonly Document[]): string {
  const [only, ...others] = docs;
  return only && others.length === 0 ? `document ${only._id}` : `${docs.length} documents`;
}
