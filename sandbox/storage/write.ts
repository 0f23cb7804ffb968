/** Writes documents: rights, rules of system databases, design checks, conflicts, validation functions, storage. */

import { randomUUID } from "node:crypto";
import { isObject, type JsonObject } from "../json.js";
import { CouchError, conflict } from "../reply.js";
import type { User } from "../user.js";
import { checkDesignDoc } from "../views/design-check.js";
import { completeAttachments } from "./attachments.js";
import type { Database } from "./database.js";
import type { Edit } from "./edit.js";
import { isLocalId } from "./local-docs.js";
import { idFirst } from "./order.js";
import { formatRevision, nextRevision, parseRevision, type Revision } from "./revisions.js";

export interface Written {
  readonly id: string;
  readonly rev: string;
  readonly deleted: boolean;
}

export interface WriteOptions {
  readonly user: User;
  /** False for a replicated write, which keeps its revision and never conflicts. */
  readonly newEdits: boolean;
}

/** What is known about a stored document without reading it. */
interface Current {
  readonly rev: string;
  readonly deleted: boolean;
}

/** Writes the edits in order. Each has its own outcome; if one is refused, the others continue. */
export function writeEdits(
  database: Database,
  edits: readonly Edit[],
  options: WriteOptions,
): Promise<(Written | CouchError)[]> {
  return database.exclusive(() => new Batch(database, options).run(edits));
}

/** Writes one edit. @throws CouchError */
export async function writeEdit(database: Database, edit: Edit, options: WriteOptions): Promise<Written> {
  const [outcome] = await writeEdits(database, [edit], options);
  if (outcome === undefined) throw new Error("an edit without an outcome");
  if (outcome instanceof CouchError) throw outcome;
  return outcome;
}

class Batch {
  readonly #database: Database;
  readonly #options: WriteOptions;
  #current = new Map<string, Current>();
  /** Documents that this batch has written: a second edit of the same document conflicts. */
  readonly #taken = new Set<string>();
  readonly #prepared: JsonObject[] = [];

  constructor(database: Database, options: WriteOptions) {
    this.#database = database;
    this.#options = options;
  }

  async run(edits: readonly Edit[]): Promise<(Written | CouchError)[]> {
    const named = edits.map((edit) => (edit.id === "" ? { ...edit, id: randomUUID().replaceAll("-", "") } : edit));
    await this.#lookUp(named.map((edit) => edit.id));
    const outcomes: (Written | CouchError)[] = [];
    for (const edit of named) outcomes.push(await this.#attempt(edit));
    const refused = await this.#store();
    return outcomes.map((outcome) => (outcome instanceof CouchError ? outcome : (refused.get(outcome.id) ?? outcome)));
  }

  async #lookUp(ids: readonly string[]): Promise<void> {
    const keys = [...new Set(ids.filter((id) => !isLocalId(id)))];
    if (keys.length === 0) return;
    const { rows } = await this.#database.pouch.allDocs({ keys });
    for (const { key, value } of rows) {
      if (value) this.#current.set(key, { rev: value.rev, deleted: value.deleted === true });
    }
  }

  async #attempt(edit: Edit): Promise<Written | CouchError> {
    try {
      return isLocalId(edit.id) ? this.#writeLocal(edit) : await this.#prepare(edit);
    } catch (error) {
      if (error instanceof CouchError) return error;
      throw error;
    }
  }

  #writeLocal(edit: Edit): Written {
    const { rev } = this.#database.locals.write(edit);
    const shown = this.#options.newEdits || !edit.revision ? rev : formatRevision(edit.revision);
    return { id: edit.id, rev: shown, deleted: edit.deleted };
  }

  async #prepare(sent: Edit): Promise<Written> {
    const isDesign = sent.id.startsWith("_design/");
    if (isDesign) this.#database.requireAdmin(this.#options.user);
    const edit = (await this.#database.rules.beforeWrite?.(sent, this.#options.user, this.#database)) ?? sent;
    if (isDesign && !edit.deleted) {
      await checkDesignDoc(edit.body, this.#database.shape.partitioned, this.#database.functions);
    }

    const parent = this.#options.newEdits ? await this.#parentOf(edit) : undefined;
    const previous = await this.#previous(edit, parent);
    const attachments = completeAttachments(edit, previous);
    if (!isDesign) await this.#database.validators.check(edit, previous, this.#options.user);

    const content = [edit.deleted, edit.body, attachments];
    const revision = this.#options.newEdits ? nextRevision(parent, content) : edit.revision;
    if (!revision) throw new Error("a replicated edit without a revision");
    const history = this.#options.newEdits ? [revision.hash, ...(parent ? [parent.hash] : [])] : edit.history;
    this.#taken.add(edit.id);
    this.#prepared.push(toStored({ ...edit, revision, history }, attachments));
    return { id: edit.id, rev: formatRevision(revision), deleted: edit.deleted };
  }

  /** The revision that an edit follows. @throws CouchError 409 */
  async #parentOf({ id, revision }: Edit): Promise<Revision | undefined> {
    if (this.#taken.has(id)) throw conflict();
    const current = this.#current.get(id);
    if (!revision) {
      if (current && !current.deleted) throw conflict();
      return current && parseRevision(current.rev);
    }
    if (!current) throw conflict();
    const rev = formatRevision(revision);
    if (current.rev === rev ? current.deleted : !(await this.#isLiveLeaf(id, rev))) throw conflict();
    return revision;
  }

  async #isLiveLeaf(id: string, rev: string): Promise<boolean> {
    const leaves = await openLeaves(this.#database, id);
    return leaves.some((leaf) => leaf._rev === rev && leaf._deleted !== true);
  }

  /** The stored document that the edit replaces; validation functions see it. */
  async #previous({ id }: Edit, parent: Revision | undefined): Promise<JsonObject | undefined> {
    const current = this.#current.get(id);
    if (!current) return undefined;
    if (!this.#options.newEdits) return this.#database.read(id);
    return parent && !current.deleted ? this.#database.pouch.get(id, { rev: formatRevision(parent) }) : undefined;
  }

  async #store(): Promise<Map<string, CouchError>> {
    const refused = new Map<string, CouchError>();
    if (this.#prepared.length === 0) return refused;
    try {
      for (const row of await this.#database.pouch.bulkDocs(this.#prepared, { new_edits: false })) {
        if (row.error) refused.set(String(row.id), fromPouch(row));
      }
    } catch (error) {
      throw isObject(error) ? fromPouch(error) : error;
    }
    if (this.#prepared.some((document) => String(document._id).startsWith("_design/"))) {
      this.#database.designDocsChanged();
    }
    return refused;
  }
}

/** Converts a document to PouchDB's format, with the given revision. */
function toStored(edit: Edit & { readonly revision: Revision }, attachments: JsonObject | undefined): JsonObject {
  return {
    ...edit.body,
    _id: edit.id,
    _rev: formatRevision(edit.revision),
    _revisions: { start: edit.revision.generation, ids: edit.history },
    ...(edit.deleted ? { _deleted: true } : {}),
    ...(attachments ? { _attachments: attachments } : {}),
  };
}

/** All leaves of a document, deleted ones too. */
export async function openLeaves(database: Database, id: string, options: JsonObject = {}): Promise<JsonObject[]> {
  const found: unknown = await database.pouch.get(id, { ...options, open_revs: "all" });
  return (found as { ok?: JsonObject }[]).flatMap((leaf) => (leaf.ok ? [idFirst(leaf.ok)] : []));
}

export function fromPouch(error: object): CouchError {
  const { status, name, error: kind, reason, message } = error as JsonObject;
  return new CouchError(
    typeof status === "number" ? status : 500,
    typeof name === "string" ? name : String(kind ?? "unknown_error"),
    String(reason ?? message ?? "unknown"),
  );
}
