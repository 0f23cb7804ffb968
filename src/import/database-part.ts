/** Converts one database to a migration file. Pure, except for calling the reader of design documents. */

import { contentOf } from "../objects/design-docs/compare.js";
import { type DesignDoc, idOf } from "../objects/design-docs/design-doc.js";
import { documentFaults } from "../objects/documents/document.js";
import { listed } from "../steps/database-field.js";
import { isObject, membersOf } from "../text/json.js";
import { designDocFiles, jsonText, refusalOf } from "./design-doc-files.js";
import type { Imported, ImportedStep } from "./imported.js";
import type { FoundIndex } from "./listed-indexes.js";
import { byName } from "./names.js";
import type { LeftOut } from "./result.js";
import { securityPart } from "./security-part.js";

export interface FoundDatabase {
  readonly name: string;
  /**
   * Values of `partitioned`, `q`, `n` and the limits that differ from the server's defaults. Undefined: CouchDB creates
   * the database itself.
   */
  readonly creation: Readonly<Record<string, unknown>> | undefined;
  /** `_security`; undefined: do not set it. */
  readonly security: unknown;
  /** By name, as stored in CouchDB. */
  readonly designDocs: Readonly<Record<string, DesignDoc>>;
  readonly indexes: readonly FoundIndex[];
  readonly documents: readonly unknown[];
  /** What could not be read. */
  readonly leftOut?: readonly LeftOut[];
}

/** `safe`: the database's name in a form for files and ids; `file`: the migration file. */
export async function databasePart(
  database: FoundDatabase,
  safe: string,
  file = `100-${safe}.yaml`,
): Promise<Imported> {
  const { name, creation } = database;
  const security = securityPart(name, safe, database.security);
  const designDocs = await designDocsPart(database, safe);
  const documents = documentsPart(database, safe);
  const steps = [
    ...(creation ? [{ id: `database-${safe}`, kind: "ensureDatabase", spec: { name, ...creation } }] : []),
    ...security.steps,
    ...designDocs.steps,
    ...indexSteps(database, safe),
    ...documents.steps,
  ];
  return {
    files: steps.length > 0 ? [{ name: file, comment: [`Database ${name}.`], steps }] : [],
    assets: new Map([...designDocs.assets, ...documents.assets]),
    leftOut: [...(database.leftOut ?? []), ...security.leftOut, ...designDocs.leftOut, ...documents.leftOut],
    variables: [],
  };
}

interface Part {
  readonly steps: readonly ImportedStep[];
  readonly assets: ReadonlyMap<string, string>;
  readonly leftOut: readonly LeftOut[];
}

async function designDocsPart({ name: database, designDocs, indexes }: FoundDatabase, safe: string): Promise<Part> {
  const leftOut: LeftOut[] = [];
  const docs: Record<string, DesignDoc> = {};
  for (const [name, stored] of Object.entries(designDocs).sort(([a], [b]) => byName(a, b))) {
    if (indexes.some(({ ddoc }) => ddoc === name)) continue;
    const subject = `${idOf(name)} of ${database}`;
    const doc = contentOf(stored);
    const refusal = refusalOf(name, doc);
    const attachments = Object.keys(membersOf(stored._attachments)).sort();
    if (refusal !== undefined) leftOut.push({ subject, reason: `it can't become a step: ${refusal}` });
    else Object.defineProperty(docs, name, { value: doc, enumerable: true });
    if (attachments.length > 0) {
      leftOut.push({
        subject: `attachments of ${subject}`,
        reason: `steps have no attachments: those on this server stay, but another server gets none: ${listed(attachments)}`,
      });
    }
  }
  if (Object.keys(docs).length === 0) return { steps: [], assets: new Map(), leftOut };
  const { from, files } = await designDocFiles(`design/${safe}`, docs);
  return {
    steps: [{ id: `design-docs-${safe}`, kind: "ensureDesignDocs", spec: { database, from } }],
    assets: files,
    leftOut,
  };
}

function indexSteps({ name: database, indexes }: FoundDatabase, safe: string): ImportedStep[] {
  if (indexes.length === 0) return [];
  const specs = indexes.map(({ name, definition }) => [name, definition] as const);
  return [{ id: `indexes-${safe}`, kind: "ensureIndexes", spec: { database, indexes: Object.fromEntries(specs) } }];
}

function documentsPart({ name: database, documents }: FoundDatabase, safe: string): Part {
  const leftOut: LeftOut[] = [];
  const taken = documents.filter((document) => {
    const [fault] = documentFaults(document);
    if (fault) leftOut.push({ subject: `document ${idIn(document)} of ${database}`, reason: fault.message });
    return !fault;
  });
  if (taken.length === 0) return { steps: [], assets: new Map(), leftOut };
  const from = `documents/${safe}.json`;
  const sorted = taken.toSorted((a, b) => byName(idIn(a), idIn(b)));
  return {
    steps: [{ id: `documents-${safe}`, kind: "ensureDocuments", spec: { database, from, mode: "overwrite" } }],
    assets: new Map([[from, jsonText(sorted)]]),
    leftOut,
  };
}

function idIn(document: unknown): string {
  return isObject(document) ? String(document._id) : "";
}
