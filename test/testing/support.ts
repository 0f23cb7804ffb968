import { join } from "node:path";
import type { TestResults } from "../../src/contract/test-results.js";
import { type RunTestsOptions, runTests } from "../../src/index.js";
import { tempFolder } from "../support/temp.js";

/** A view, a filter, a validation function, an index, and a transformation of the database `zerglings`. */
export const migrations = `
- { id: zerglings, ensureDatabase: { name: zerglings } }
- id: designs
  ensureDesignDocs:
    database: zerglings
    docs:
      brood:
        views:
          by-kind: { map: "function (doc) { if (doc.kind) emit(doc.kind, doc.legs); }", reduce: _sum }
          slain: { map: "function (doc) { if (doc.slain) emit(null); }" }
        filters: { of-kind: "function (doc, req) { return doc.kind === req.query.kind; }" }
        validate_doc_update: |
          function (newDoc) { if (newDoc.legs < 0) throw { forbidden: "legs are not negative" }; }
- { id: indexes, ensureIndexes: { database: zerglings, indexes: { by-kind: { index: { fields: [kind] } } } } }
- id: legs
  transformDocuments: { database: zerglings, selector: { kind: zergling, legs: { $exists: false } }, set: { /legs: 6 } }
`;

export const head = `
database: zerglings
documents:
  - { _id: ada, kind: zergling, legs: 6 }
  - { _id: ben, kind: zergling }
tests:
`;

export interface Files {
  /** The text of the test file. */
  readonly text: string;
  readonly migrations?: string;
  readonly others?: Readonly<Record<string, string>>;
}

export async function folderOf({ text, migrations: steps = migrations, others = {} }: Files): Promise<string> {
  const files = { "001.yaml": steps, "brood.test.yaml": text, ...others };
  return tempFolder(files);
}

/** The results of a test file. */
export async function run(files: Files, options: RunTestsOptions = {}): Promise<TestResults> {
  return runTests(await folderOf(files), { env: {}, ...options });
}

/** One line for each failure, with its place in the file. */
export function failures({ files }: TestResults): string[] {
  const all = files.flatMap(({ tests }) => tests.flatMap((test) => test.failures));
  return all.map(({ line, column, message, diff = [] }) =>
    [`${line}:${column} ${message}`, ...diff.map(({ in: side, text }) => `${side}: ${text}`)].join("\n"),
  );
}

export const testFile = (folder: string) => join(folder, "brood.test.yaml");
