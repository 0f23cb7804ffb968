/** The databases that a run of tests creates. It touches no other database, and deletes all of them at the end. */
import { randomBytes } from "node:crypto";
import pMap from "p-map";
import { toMigrateError } from "../contract/errors.js";
import type { Couch } from "../couch/couch.js";
import { path } from "../couch/path.js";

/** All names begin with it, so that what a killed run leaves can be found and deleted. */
export const testPrefix = "couchdb-migrate-test-";

export class TestDatabases {
  readonly #couch: Couch;
  readonly #run = randomBytes(5).toString("hex");
  readonly #names: string[] = [];
  #count = 0;

  constructor(couch: Couch) {
    this.#couch = couch;
  }

  async create(partitioned: boolean): Promise<string> {
    this.#count += 1;
    const name = `${testPrefix}${this.#run}-${this.#count}`;
    // Remembered first: if the answer is lost, the database may exist.
    this.#names.push(name);
    const query = { q: 1, partitioned: partitioned ? true : undefined };
    await this.#couch.write("PUT", path`/${name}`, { query, accept: [202, 412], repeatable: true });
    return name;
  }

  /** Continues after failures, and throws the first of them. */
  async remove(): Promise<void> {
    let failure: unknown;
    await pMap(
      this.#names.splice(0),
      (name) =>
        this.#couch
          .write("DELETE", path`/${name}`, { accept: [202, 404], repeatable: true })
          .catch((error: unknown) => {
            failure ??= error;
          }),
      { concurrency: 4 },
    );
    if (failure) throw toMigrateError(failure);
  }
}
