/** The view indexes of a database, by signature: design documents with equal definitions share an index. */

import { createHash } from "node:crypto";
import { canonicalJson, type JsonObject } from "../json.js";
import type { IndexedDatabase } from "./indexed-database.js";
import { ViewIndex } from "./view-index.js";

export class ViewIndexes {
  readonly #database: IndexedDatabase;
  readonly #indexes = new Map<string, ViewIndex>();

  constructor(database: IndexedDatabase) {
    this.#database = database;
  }

  /** The index of a design document; empty until its first update. */
  of(designDoc: JsonObject): ViewIndex {
    const signature = signatureOf(designDoc);
    const index = this.#indexes.get(signature) ?? new ViewIndex(this.#database, designDoc, signature);
    this.#indexes.set(signature, index);
    return index;
  }

  /** Drops the indexes that no design document refers to (`_view_cleanup`). */
  async cleanUp(): Promise<void> {
    const used = new Set((await this.#database.designDocs()).map(signatureOf));
    for (const signature of this.#indexes.keys()) {
      if (!used.has(signature)) this.#indexes.delete(signature);
    }
  }
}

/**
 * Depends on the views with their library, the language and the options, but not on the order of keys or on other
 * fields.
 */
function signatureOf({ language = "javascript", options = {}, views = {} }: JsonObject): string {
  return createHash("md5")
    .update(canonicalJson([language, options, views]))
    .digest("hex");
}
