/**
 * PouchDB stores the documents, with their revision trees, attachments and changes. It is an optional package, so it
 * is loaded on demand.
 */

import { isMissingModule } from "../src/missing-module.js";
import type { JsonObject } from "./json.js";

interface PouchRow {
  readonly id: string;
  readonly key: string;
  readonly value?: { readonly rev: string; readonly deleted?: boolean };
  readonly doc?: JsonObject | null;
  readonly error?: string;
}

export interface PouchChange {
  readonly id: string;
  readonly seq: number;
  readonly deleted?: boolean;
  readonly changes: readonly { readonly rev: string }[];
  readonly doc?: JsonObject;
}

interface PouchChanges extends PromiseLike<{ results: PouchChange[]; last_seq: number }> {
  on(event: "change", listener: () => void): PouchChanges;
  cancel(): void;
}

/** The part of PouchDB's API that the sandbox uses. */
export interface Pouch {
  get(id: string, options?: JsonObject): Promise<JsonObject>;
  bulkDocs(docs: readonly JsonObject[], options: JsonObject): Promise<readonly JsonObject[]>;
  allDocs(options: JsonObject): Promise<{ rows: PouchRow[] }>;
  changes(options: JsonObject): PouchChanges;
  info(): Promise<{ doc_count: number; update_seq: number }>;
  getAttachment(id: string, name: string, options?: JsonObject): Promise<Uint8Array>;
  revsDiff(revisions: JsonObject): Promise<Record<string, { missing: readonly string[] }>>;
  compact(): Promise<unknown>;
  destroy(): Promise<unknown>;
}

export interface PouchConstructor {
  /** @param options `db`: another store than that in memory */
  new (name: string, options: { adapter: "memory"; db?: unknown }): Pouch;
  plugin(plugin: unknown): PouchConstructor;
}

const packages = ["pouchdb-core", "pouchdb-adapter-memory"] as const;

/** @throws Error with the command that installs the missing packages */
export async function loadPouch(): Promise<PouchConstructor> {
  try {
    const [core, memory] = await Promise.all(packages.map(importDefault));
    return (core as PouchConstructor).plugin(memory);
  } catch (cause) {
    if (!isMissingModule(cause)) throw cause;
    const command = `npm install ${packages.map((name) => `${name}@9.0.0`).join(" ")}`;
    throw new Error(`The embedded server needs PouchDB, which is optional and not installed here. Run: ${command}`, {
      cause,
    });
  }
}

async function importDefault(name: string): Promise<unknown> {
  const module = (await import(name)) as { default: unknown };
  return module.default;
}
