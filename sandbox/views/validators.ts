/** The `validate_doc_update` functions of a database. Each of them checks every write, also an admin's. */

import { isObject, type JsonObject } from "../json.js";
import { CouchError, forbidden, unauthorized } from "../reply.js";
import type { Edit } from "../storage/edit.js";
import { formatRevision } from "../storage/revisions.js";
import type { User } from "../user.js";
import type { IndexedDatabase } from "./indexed-database.js";
import { CompilationError, QueryServer, type Thrown } from "./query-server.js";

type Validator = (args: readonly unknown[]) => Promise<Thrown | null>;

export class Validators {
  readonly #database: IndexedDatabase;
  #compiled: Promise<Validator[]> | undefined;

  constructor(database: IndexedDatabase) {
    this.#database = database;
  }

  /** Discards the compiled functions, because a design document changed. */
  reset(): void {
    this.#compiled = undefined;
  }

  /** @throws CouchError the value that a function threw; 500 if one does not compile, which is only noticed here */
  async check(edit: Edit, previous: JsonObject | undefined, user: User): Promise<void> {
    this.#compiled ??= this.#compile();
    const compiling = this.#compiled;
    const validators = await compiling.catch((error: unknown) => {
      // It may have timed out: this write fails, and the next write tries again.
      if (this.#compiled === compiling) this.reset();
      throw error;
    });
    if (validators.length === 0) return;
    const context = { db: this.#database.name, name: user.name, roles: user.roles };
    const args = [asDocument(edit), previous ?? null, context, this.#database.security];
    for (const validate of validators) {
      const failure = await validate(args);
      if (failure) throw refusal(failure);
    }
  }

  async #compile(): Promise<Validator[]> {
    const designDocs = await this.#database.designDocs();
    const compiled = designDocs.flatMap((designDoc) => {
      const source = designDoc.validate_doc_update;
      return typeof source === "string" ? [this.#compileOne(designDoc, source)] : [];
    });
    return Promise.all(compiled);
  }

  async #compileOne(designDoc: JsonObject, source: string): Promise<Validator> {
    const server = new QueryServer(this.#database.functions, designDoc);
    try {
      await server.compile(source);
      return (args) => server.validate(args);
    } catch (error) {
      if (!(error instanceof CompilationError)) throw error;
      return () => Promise.reject(new CouchError(500, "compilation_error", error.message));
    }
  }
}

function asDocument({ id, revision, history, deleted, body }: Edit): JsonObject {
  const rev = revision && { _rev: formatRevision(revision) };
  const revisions = revision && { _revisions: { start: revision.generation, ids: history } };
  return { _id: id, ...rev, ...body, ...revisions, ...(deleted ? { _deleted: true } : {}) };
}

/** CouchDB loses what an exception says. */
function refusal(failure: Thrown): CouchError {
  if ("failed" in failure) return new CouchError(500, failure.failed, "{[]}");
  const { thrown } = failure;
  if (isObject(thrown)) {
    if ("forbidden" in thrown) return forbidden(String(thrown.forbidden));
    if ("unauthorized" in thrown) return unauthorized(String(thrown.unauthorized));
    const values = Object.values(thrown);
    if (values.length === 1) return new CouchError(500, "unknown_error", String(values[0]));
  }
  return new CouchError(500, "unknown_error", typeof thrown === "string" ? thrown : "function_clause");
}
