/** What a check has to work with: the server, and databases that are prepared for its test. */
import type { Couch } from "../couch/couch.js";
import { converge } from "../engine/converge.js";
import type { Run } from "../engine/session.js";
import type { Step } from "../migrations/step.js";
import type { Documents } from "./documents.js";
import type { TestDatabases } from "./test-databases.js";
import type { TestUser, TestUsers } from "./test-users.js";
import { stepIn, type TestedSet, withoutDocuments } from "./tested-set.js";

/** The server and the databases of a run. */
export interface Server {
  readonly run: Run;
  readonly databases: TestDatabases;
  readonly users: TestUsers;
}

export class TestContext {
  readonly set: TestedSet;
  readonly #server: Server;
  readonly #documents: Documents | undefined;
  #shared: Promise<string> | undefined;

  constructor(server: Server, set: TestedSet, documents: Documents | undefined) {
    this.#server = server;
    this.set = set;
    this.#documents = documents;
  }

  /** As a server admin. */
  get couch(): Couch {
    return this.#server.run.couch;
  }

  /** Does `work` with the server as this user sees it; without a user, as a server admin. */
  as<T>(user: TestUser | undefined, work: (couch: Couch) => Promise<T>): Promise<T> {
    return user ? this.#server.users.as(user, work) : work(this.couch);
  }

  /**
   * A database with the documents of the test, and with design documents, indexes and security of the migrations. The
   * tests of a file share it, so they must only read it.
   */
  shared(): Promise<string> {
    this.#shared ??= this.withDocuments().then((database) => this.prepare(database));
    return this.#shared;
  }

  /** The database that tests have shared. `undefined`: none has used it. */
  get used(): Promise<string> | undefined {
    return this.#shared;
  }

  /** A new, empty database. */
  empty(): Promise<string> {
    return this.#server.databases.create(this.set.partitioned);
  }

  /** A new database with the documents of the test and nothing else. */
  async withDocuments(): Promise<string> {
    const database = await this.empty();
    if (this.#documents) await this.apply(this.#documents.in(database), database, true);
    return database;
  }

  /** Applies what says how data is read and checked. The documents are there before: no function validates them. */
  async prepare(database: string): Promise<string> {
    for (const step of withoutDocuments(this.set)) await this.apply(step, database, true);
    return database;
  }

  /**
   * Applies a step in the database, and returns whether it wrote.
   *
   * @param isNew the database has nothing of the step
   */
  async apply(step: Step, database: string, isNew = false): Promise<boolean> {
    const { wrote } = await converge(this.#server.run, stepIn(step, database), { database }, !isNew, () => {});
    return wrote;
  }
}
