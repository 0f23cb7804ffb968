/** The `_local` documents of a database. Their revisions are 0-1, 0-2, …; CouchDB 2 and later do not check them. */

import type { JsonObject } from "../json.js";
import { CouchError, conflict, notFound } from "../reply.js";
import type { Edit } from "./edit.js";

export interface LocalDoc {
  readonly rev: string;
  readonly body: JsonObject;
}

export class LocalDocs {
  readonly #docs = new Map<string, LocalDoc>();
  readonly #checksRevisions: boolean;
  readonly #changed: () => void;

  constructor(checksRevisions: boolean, changed: () => void) {
    this.#checksRevisions = checksRevisions;
    this.#changed = changed;
  }

  restore(docs: Iterable<readonly [id: string, doc: LocalDoc]>): void {
    for (const [id, doc] of docs) this.#docs.set(id, doc);
  }

  /** @throws CouchError 404 */
  get(id: string): LocalDoc {
    const found = this.#docs.get(id);
    if (!found) throw notFound();
    return found;
  }

  /** All documents, ordered by id. */
  all(): [id: string, doc: LocalDoc][] {
    return [...this.#docs].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /**
   * Stores or deletes a document. The new revision is the sent one plus one, regardless of the stored one.
   * Attachments are silently dropped.
   * @throws CouchError 500 for a revision that is not `0-N`; 409 on 1.x if it is not the current one
   */
  write(edit: Edit): { rev: string } {
    const { id, revision, deleted, body } = edit;
    const sent = revision ? `${revision.generation}-${revision.hash}` : undefined;
    if (this.#checksRevisions && this.#docs.get(id)?.rev !== sent) throw conflict();
    if (deleted) {
      this.#docs.delete(id);
      this.#changed();
      return { rev: "0-0" };
    }
    if (revision && (revision.generation !== 0 || !/^[+-]?\d+$/.test(revision.hash))) {
      throw new CouchError(500, "error", "Invalid rev format");
    }
    const rev = `0-${BigInt(revision?.hash.replace("+", "") ?? 0) + 1n}`;
    this.#docs.set(id, { rev, body });
    this.#changed();
    return { rev };
  }
}

export function isLocalId(id: string): boolean {
  return id.startsWith("_local/");
}
