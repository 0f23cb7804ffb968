/** All the databases of the node. */

import { createHash } from "node:crypto";
import type { PouchConstructor } from "../pouch.js";
import type { Profile } from "../profile.js";
import { CouchError, databaseMissing } from "../reply.js";
import { FunctionThread } from "../views/function-thread.js";
import { Database, type Shape } from "./database.js";
import type { DataFolder, NodeState } from "./disk/data-folder.js";
import { storeOnDisk } from "./disk/store.js";
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
  readonly #changed: () => void;
  readonly #folder: DataFolder | undefined;
  /** Of the documents, by database. */
  readonly #files = new Map<string, string>();

  /**
   * @param changed called after every change of anything but the documents
   * @param folder where the data is kept. Absent: nowhere
   */
  constructor(pouch: PouchConstructor, profile: Profile, changed: () => void, folder?: DataFolder) {
    this.#pouch = pouch;
    this.#profile = profile;
    this.#changed = changed;
    this.#folder = folder;
  }

  get stored(): Pick<NodeState, "databases" | "generations"> {
    return {
      databases: [...this.#databases].map(([name, { stored }]) => ({ ...stored, file: this.#files.get(name) ?? "" })),
      generations: Object.fromEntries(this.#generations),
    };
  }

  restore({ databases, generations }: Pick<NodeState, "databases" | "generations">): void {
    for (const { file, ...stored } of databases) this.#open(stored.name, stored.shape, file).restore(stored);
    for (const [name, generation] of Object.entries(generations)) this.#generations.set(name, generation);
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
    const complete = { q: shape.q ?? 2, n: 1, partitioned: shape.partitioned ?? false };
    const database = this.#open(name, complete, this.#folder?.newFile());
    this.#count(name);
    return database;
  }

  #open(name: string, shape: Shape, file: string | undefined): Database {
    created += 1;
    const path = file === undefined ? undefined : this.#folder?.pathOf(file);
    const store = path === undefined ? {} : { db: storeOnDisk(path) };
    const pouch = new this.#pouch(`sandbox-${process.pid}-${created}`, { adapter: "memory", ...store });
    const changed = this.#changed;
    const database = new Database(name, pouch, shape, this.#profile, rulesFor(name), this.#functions, changed);
    this.#databases.set(name, database);
    if (file !== undefined) this.#files.set(name, file);
    return database;
  }

  /** @throws CouchError 404 */
  async delete(name: string): Promise<void> {
    const database = this.get(name);
    const file = this.#files.get(name);
    this.#databases.delete(name);
    this.#files.delete(name);
    this.#count(name);
    await database.exclusive(() => database.pouch.destroy());
    if (file !== undefined) this.#folder?.remove(file);
  }

  #count(name: string): void {
    this.#generations.set(name, (this.#generations.get(name) ?? 0) + 1);
    this.#changed();
  }

  /** Frees the memory. What is in the folder stays. */
  async close(): Promise<void> {
    await this.#functions.close();
    const all = [...this.#databases.values()];
    this.#databases.clear();
    await Promise.all(all.map((database) => database.exclusive(() => database.pouch.destroy())));
  }
}
