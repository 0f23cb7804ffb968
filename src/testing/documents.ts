/** The documents of a test: inline, or from files, as `ensureDocuments` reads them. */
import { ensureDocuments } from "../kinds/ensure-documents.js";
import type { Step } from "../migrations/step.js";
import { stepInNoFile } from "../migrations/step-in-no-file.js";
import type { Schema } from "../steps/schema.js";
import type { StepFiles } from "../steps/step-files.js";
import type { JsonObject } from "../text/json.js";

export type DocumentsField = readonly JsonObject[] | Sources;

interface Sources {
  readonly docs?: readonly JsonObject[];
  readonly from?: string | readonly string[];
}

const { docs, from } = ensureDocuments.schema.properties ?? {};

export const documentsSchema: Schema = {
  description:
    "The documents that the database has: a list of them, or `docs` and `from` as in an `ensureDocuments` step.",
  anyOf: [
    { type: "array", items: { type: "object", required: ["_id"], properties: { _id: { type: "string" } } } },
    {
      type: "object",
      additionalProperties: false,
      minProperties: 1,
      properties: { docs: docs ?? {}, from: plain(from ?? {}) },
    },
  ],
  examples: [[{ _id: "overmind", type: "cerebrate" }], { from: "../data/zerglings.ndjson" }],
};

/** Variables are not resolved in test files. */
function plain({ variables: _, ...schema }: Schema): Schema {
  return {
    ...schema,
    ...(schema.anyOf && { anyOf: schema.anyOf.map(plain) }),
    ...(schema.items && { items: plain(schema.items) }),
  };
}

/** Documents that were read, ready to be written to any database. */
export interface Documents {
  in(database: string): Step;
}

/** Problems are reported to `files`. @param field absent: there are none */
export async function readDocuments(
  field: DocumentsField | undefined,
  files: StepFiles,
): Promise<Documents | undefined> {
  if (field === undefined) return undefined;
  const sources: Sources = "length" in field ? { docs: field as readonly JsonObject[] } : (field as Sources);
  const read = await ensureDocuments.resolve?.({ ...sources, database: "documents", mode: "overwrite" }, files);
  if (!read || (read.docs.length === 0 && !read.files)) return undefined;
  const { name: kind } = ensureDocuments;
  return { in: (database) => stepInNoFile({ id: "documents", kind, desired: { ...read, database: [database] } }) };
}
