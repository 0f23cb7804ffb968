/** All the databases of the node. */

import { createHash } from "node:crypto";
import type { PouchConstructor } from "../pouch.js";
import type { Profile } from "../profile.js";
import { CouchError, databaseMissing } from "../reply.js";
import { FunctionThread } from "../views/function-thread.js";
import { Database, type Shape } from "./database.js";
import { checkDatabaseName } from "./names.js";
import { rulesFor } from "./rules-for.js";

/** The whole process shares PouchDB's memory, so every database needs a unique name. */
let created = 0;

export class Databases {
  readonly #databases = new Map<string, Database>();
  /** How often each name was created or deleted. */
  readonly #generations = new Map<string, number>();
  readonly #pouch: PouchConstructor;
  readonly #profile: Profile;
  readonly #functions = new FunctionThread();

  constructor(pouch: PouchConstructor, profile: Profile) {
    this.#pouch = pouch;
    this.#profile = profile;
  }

  find(name: string): Database | undefined {
    return this.#databases.get(name);
  }

  /** @throws CouchError 404 */
  get(name: string): Database {
    const database = this.find(name);
    if (!database) throw databaseMissing();
    return database;
  }

  /** The revision of its shard map: a document that is written when the database is created and when it is deleted. */
  mapRevision(name: string): string {
    const hash = createHash("md5")
      .update(`${name} ${this.get(name).created}`)
      .digest("hex");
    return `${this.#generations.get(name)}-${hash}`;
  }

  names(): string[] {
    return [...this.#databases.keys()].sort();
  }

  /** @throws CouchError 400, 412 */
  async create(name: string, shape: Partial<Shape>): Promise<Database> {
    checkDatabaseName(name);
    if (this.#databases.has(name)) {
      throw new CouchError(412, "file_exists", "The database could not be created, the file already exists.");
    }
    created += 1;
    const pouch = new this.#pouch(`sandbox-${process.pid}-${created}`, { adapter: "memory" });
    const complete = { q: shape.q ?? 2, n: 1, partitioned: shape.partitioned ?? false };
    const database = new Database(name, pouch, complete, this.#profile, rulesFor(name), this.#functions);
    this.#databases.set(name, database);
    this.#changed(name);
    return database;
  }

  /** @throws CouchError 404 */
  async delete(name: string): Promise<void> {
    const database = this.get(name);
    this.#databases.delete(name);
    this.#changed(name);
    await database.exclusive(() => database.pouch.destroy());
  }

  #changed(name: string): void {
    this.#generations.set(name, (this.#generations.get(name) ?? 0) + 1);
  }

  async close(): Promise<void> {
    await this.#functions.close();
    await Promise.all(this.names().map((name) => this.delete(name)));
  }
}
