import type { Couch } from "../couch/couch.js";
import { batchesOf } from "../objects/documents/batches.js";
import { changesOf, keptOf, type Mode, type Pending, pendingOf } from "../objects/documents/compare.js";
import { bytesOf, contentBytes, type Document } from "../objects/documents/document.js";
import type { DocumentFile } from "../objects/documents/document-file.js";
import { placeOf } from "../objects/documents/existing.js";
import { shownKept } from "../objects/documents/kept.js";
import { assertPartitions, partitionIdProblems } from "../objects/documents/partition-ids.js";
import { seed } from "../objects/documents/seed.js";
import { readDocuments, type Sources } from "../objects/documents/sources.js";
import { readCompared } from "../objects/documents/stored.js";
import { summarise } from "../objects/documents/summary.js";
import { everything, type Survey, survey, surveyInFull } from "../objects/documents/survey.js";
import { ownKindProblems } from "../objects/documents/system-databases.js";
import { writeDocuments } from "../objects/documents/write.js";
import { sendable, writeAttached } from "../objects/documents/write-attached.js";
import { type DatabaseField, databaseList, databases, listed, ownDatabaseProblems } from "../steps/database-field.js";
import { creates, holds, updates } from "../steps/difference.js";
import { filesAndFolders } from "../steps/from-field.js";
import { defineKind } from "../steps/kind.js";
import { count } from "../text/quantity.js";

interface Spec extends Sources {
  readonly database: DatabaseField;
  readonly mode?: Mode;
}

interface Documents {
  readonly database: readonly string[];
  /** The documents that are kept in memory. */
  readonly docs: readonly Document[];
  /** Files whose documents are not kept in memory. Absent: none. */
  readonly files?: readonly DocumentFile[];
  readonly mode: Mode;
}

/** The work to do. */
interface Work {
  readonly docs: readonly Pending[];
  /** One for each of `files`. */
  readonly files: readonly Survey[];
  /** Those in `docs` that differ and are left as they are. */
  readonly kept?: readonly Pending[];
}

export const ensureDocuments = defineKind<Spec, Documents, Work, Work>({
  name: "ensureDocuments",
  summary:
    "Documents, inline or from files of any size: only those that are missing, or all of them exactly as declared.",
  schema: {
    type: "object",
    required: ["database"],
    additionalProperties: false,
    properties: {
      database: databases,
      docs: {
        type: "array",
        description:
          "Documents, each with its `_id`, at most 8 MB each without attachments. Variables are not resolved in them. A `_rev` is ignored. An attachment in `_attachments` has its `data` (base64), or comes `from` a file of any size, whose path is relative to the file that has the document: `photo.jpg: { from: photos/photo.jpg }`. If it has no `content_type`, that follows from the extension.",
        minItems: 1,
        items: { type: "object" },
        examples: [
          [{ _id: "overmind", type: "cerebrate", broods: 7 }],
          [{ _id: "zergling", _attachments: { "photo.jpg": { from: "../photos/zergling.jpg" } } }],
        ],
      },
      from: filesAndFolders(
        "File, folder, or list of them, relative to this file. A `.json` file holds one document, a list, or `{docs: […]}`; a `.ndjson` (or `.jsonl`) file holds one document per line; either may be compressed with gzip (`.ndjson.gz`). All such files of a folder are read. Integers keep all their digits, also those above 2^53. NDJSON, compressed files, and JSON over 10 MB or with such integers may have any size: they are read as a stream, twice (checked, then written), and must not change in between. Their checksum covers the documents as written, in their order. For such files, a document that two steps have in common is only noticed if they read the same file, and an id that appears twice in a file of over a million documents only if the file is sorted by id.",
        ["../data/broods.json", "../data/zerglings.ndjson.gz", ["../data/broods", "../data/overmind.json"]],
      ),
      mode: {
        type: "string",
        enum: ["ifMissing", "overwrite"],
        default: "ifMissing",
        description:
          "`ifMissing`: existing documents stay as they are, and deleted ones stay deleted; what differs is reported as kept. `overwrite`: documents that differ are replaced, and deleted ones are created again; attachments stay if the declared document has no `_attachments`.",
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
  nature: { documents: "named" },
  lifecycle: { removedBy: "removeDocuments" },
  fast: { provenByApply: true },

  title: ({ database, docs, files }) => `${called(docs, files)} in ${listed(database)}`,
  databases: ({ database }) => database,
  claims: ({ database, docs, files = [] }) =>
    database.flatMap((db) => [
      ...docs.map(({ _id }) => `document/${db}/${_id}`),
      ...files.map(({ sha256 }) => `documents/${db}/sha256-${sha256}`),
    ]),

  check: {
    spec({ database, docs, from }) {
      const problems = [...ownDatabaseProblems(database, "database"), ...ownKindProblems(database, "ensure")];
      if (from !== undefined || docs !== undefined) return problems;
      const message = "the step needs `docs` (inline) or `from` (files and folders)";
      return [...problems, { path: "", code: "no-documents", message }];
    },
    partitions: (desired, partitioned) =>
      partitionIdProblems(idsIn(desired), desired.database, partitioned, "/database"),
    largerThan: ({ docs, files = [] }, bytes) => [
      ...docs.flatMap((doc) => (contentBytes(doc) > bytes ? [`document ${doc._id}`] : [])),
      ...files.flatMap(({ name, large }) =>
        large.flatMap((doc) => (doc.bytes > bytes ? [`document ${doc.id} at ${name}:${doc.line}`] : [])),
      ),
    ],
  },

  async resolve({ database, docs, from, mode = "ifMissing" }, files) {
    const sources = { ...(docs ? { docs } : {}), ...(from ? { from } : {}) };
    const read = await readDocuments(files, sources);
    const streamed = read.files.length > 0 ? { files: read.files } : {};
    return { database: databaseList(database), docs: read.docs, ...streamed, mode };
  },

  async observe(context) {
    const { couch, desired, database } = context;
    const { docs, files = [], mode } = desired;
    await assertPartitions(couch, database, idsIn(desired));
    const compared = await compareIn(couch, database, docs, mode);
    const place = await placeOf(couch, database);
    if (!compared || !place) return undefined;
    const surveys: Survey[] = [];
    for (const file of files) surveys.push(await survey(context, place, file, mode));
    return { docs: compared.pending, kept: compared.kept, files: surveys };
  },

  async detail(context, observed) {
    const { couch, desired, database, withoutPreview } = context;
    if (withoutPreview) return observed;
    const place = await placeOf(couch, database);
    const surveys: Survey[] = [];
    for (const [i, file] of (desired.files ?? []).entries()) {
      const seen = observed.files[i];
      if (place && seen) surveys.push(await surveyInFull(context, place, file, desired.mode, seen));
    }
    return { ...observed, files: surveys };
  },

  diff({ docs, files = [] }, observed) {
    const nothingThere = { docs: docs.map((document): Pending => ({ document })), files: files.map(everything) };
    const work: Work = observed ?? nothingThere;
    const { kept: sample = [] } = work;
    const kept = shownKept([{ count: sample.length, sample }, ...work.files.flatMap((one) => one.kept ?? [])]);
    if (work.docs.length === 0 && !work.files.some(hasWork)) return holds({ kept });
    const all = [...work.docs, ...work.files.flatMap(({ sample }) => sample)];
    const kindOf = ({ stored }: Pending) => (stored ? "replaced" : "made");
    const further = { made: 0, replaced: 0 };
    for (const { missing, differing, sample } of work.files) {
      const replaced = sample.filter((pending) => kindOf(pending) === "replaced").length;
      further.made += missing - (sample.length - replaced);
      further.replaced += differing - replaced;
    }
    const rests = {
      made: (documents: string) => ({ path: "/docs", before: null, after: documents }),
      replaced: (documents: string) => ({
        path: "/docs",
        before: `${documents}, which differ`,
        after: "as in this step",
      }),
    };
    const { changes, isWhole, ...counted } = summarise(all, changesOf, kindOf, rests, further);
    const replaced = all.filter(({ stored }) => stored);
    const documents = replaced.length + further.replaced;
    const makes = further.made > 0 || all.length > replaced.length;
    const states = [...(makes ? [{ path: "/docs", before: null }] : []), ...replaced.flatMap(changesOf)];
    const former = { states: documents === 0 || isWhole ? states : "any", documents } as const;
    return (documents > 0 ? updates : creates)(changes, work, { ...counted, kept, former });
  },

  /** Each answer names the documents that were written, with their new revisions. */
  async apply(write, context) {
    const { couch, desired, database, signal, progress } = context;
    const { files = [], mode } = desired;
    const total = write.docs.length;
    const what = `written to ${database}`;
    const documents = write.docs.map(sendable);
    const alone = documents.filter((one) => one.files.length > 0);
    const together = documents.filter((one) => one.files.length === 0).map(({ body }) => body);
    // Read before the first write: the documents written here must not make an empty database look non-empty.
    const place = await placeOf(couch, database);
    await writeDocuments(couch, database, together, {
      total: together.length,
      // Someone else has created it in the meantime, so it is no longer missing.
      conflictsAreFine: mode === "ifMissing",
      signal,
      wrote: (done) => progress({ done, total, unit: "documents", what }),
    });
    for (const [i, one] of alone.entries()) {
      context.assertHeld?.();
      await writeAttached(couch, database, one);
      progress({ done: together.length + i + 1, total, unit: "documents", what });
    }
    for (const [i, file] of files.entries()) {
      const found = write.files[i];
      if (place && found && hasWork(found)) await seed(context, place, file, { mode, from: found.from });
    }
  },
});

/** The documents in large files whose ids a partitioned database refuses. */
function idsIn({ docs, files = [] }: Documents): string[] {
  return [...docs.map(({ _id }) => _id), ...files.flatMap(({ withoutPartition }) => withoutPartition)];
}

function hasWork({ missing, differing }: Survey): boolean {
  return missing + differing > 0;
}

interface Compared {
  readonly pending: readonly Pending[];
  readonly kept: readonly Pending[];
}

/** `undefined`: the database does not exist. */
async function compareIn(
  couch: Couch,
  database: string,
  docs: readonly Document[],
  mode: Mode,
): Promise<Compared | undefined> {
  const found: Pending[] = [];
  const kept: Pending[] = [];
  for await (const batch of batchesOf(docs, bytesOf)) {
    const stored = await readCompared(couch, database, batch);
    if (!stored) return undefined;
    for (const document of batch) {
      const there = stored.get(document._id);
      const pending = pendingOf(document, there, mode);
      const differing = mode === "ifMissing" ? keptOf(document, there) : undefined;
      if (pending) found.push(pending);
      if (differing) kept.push(differing);
    }
  }
  return { pending: found, kept };
}

function called(docs: readonly Document[], files: Documents["files"] = []): string {
  const [only, ...others] = docs;
  if (only && others.length === 0 && files.length === 0) return `document ${only._id}`;
  return count(
    files.reduce((sum, file) => sum + file.documents, docs.length),
    "document",
  );
}
