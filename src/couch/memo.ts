/** Caches what was read in this run, until a write may have changed it. */

const systemDatabases = new Set(["_users", "_replicator", "_global_changes"]);
const server = "";
/** Server-wide responses that contain information about databases. */
const aboutDatabases = /^\/_(?:dbs_info|all_dbs|active_tasks|node\/[^/]+\/_dbs\/_all_docs)(?:\?|$)/;

/** The database (encoded, as in the path) of a request; an empty string means the server. */
export function scopeOf(path: string): string {
  const first = path.split(/[/?]/, 2)[1] ?? "";
  return first.startsWith("_") && !systemDatabases.has(first) ? server : first;
}

export class Memo {
  readonly #kept = new Map<string, Map<string, { readonly path: string; readonly answer: Promise<unknown> }>>();
  #epoch = 0;

  /** Increases whenever something is dropped. */
  get epoch(): number {
    return this.#epoch;
  }

  /**
   * Returns the cached answer for `key`, or asks if there is none or `fresh` is set. Does not cache a failure, nor an
   * answer during which something was written.
   */
  read<T>(path: string, key: string, fresh: boolean, ask: () => Promise<T>): Promise<T> {
    const scope = scopeOf(path);
    const answers = this.#kept.get(scope) ?? new Map();
    this.#kept.set(scope, answers);
    const known = answers.get(key);
    if (known && !fresh) return known.answer;
    const answer = ask();
    const entry = { path, answer };
    answers.set(key, entry);
    answer.catch(() => {
      if (answers.get(key) === entry) answers.delete(key);
    });
    return answer;
  }

  /** Call it before and after the write: a read during the write may return either state. */
  written(path: string): void {
    if (path.startsWith("/_cluster_setup")) this.forget();
    else this.#drop(scopeOf(path));
  }

  /** `database`: not encoded. Absent: drops everything. */
  forget(database?: string): void {
    if (database !== undefined) {
      this.#drop(encodeURIComponent(database));
      return;
    }
    this.#epoch += 1;
    this.#kept.clear();
  }

  #drop(scope: string): void {
    this.#epoch += 1;
    this.#kept.delete(scope);
    if (scope === server) return;
    const answers = this.#kept.get(server);
    for (const [key, { path }] of answers ?? []) if (aboutDatabases.test(path)) answers?.delete(key);
  }
}
