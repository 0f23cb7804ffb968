/**
 * The users that tests write as. They are created in `_users` for the time of the run, with the names that the tests
 * give, because validation functions see them. A user that exists and is not from a run of tests is never touched.
 */
import { randomUUID } from "node:crypto";
import pLimit from "p-limit";
import type { Connection } from "../contract/connection.js";
import { MigrateError, toMigrateError } from "../contract/errors.js";
import { withoutLogin } from "../couch/connection.js";
import type { Couch } from "../couch/couch.js";
import { type Gateway, openCouch } from "../couch/gateway.js";
import { path } from "../couch/path.js";
import { rest } from "../couch/pause.js";
import { readSession } from "../couch/session.js";
import type { Run } from "../engine/session.js";
import type { JsonObject } from "../text/json.js";

export interface TestUser {
  readonly name: string;
  readonly roles?: readonly string[];
}

/** How many refused logins are tried again. CouchDB locks an account after five. */
const maxRefusals = 3;

/** The field that marks the documents of these users. */
const mark = "createdByTest";

interface Opened {
  couch: Gateway;
  readonly password: string;
  /** Tests as the same user with other roles wait for each other. */
  readonly turn: ReturnType<typeof pLimit>;
  roles?: string;
}

export class TestUsers {
  readonly #run: Run;
  readonly #connection: Connection;
  readonly #known = new Map<string, Opened>();

  constructor(run: Run, connection: Connection) {
    this.#run = run;
    this.#connection = connection;
  }

  /** Does `work` with the server as this user sees it. */
  as<T>(user: TestUser, work: (couch: Couch) => Promise<T>): Promise<T> {
    const opened = this.#known.get(user.name) ?? this.#open(user.name);
    this.#known.set(user.name, opened);
    return opened.turn(async () => {
      await this.#have(user, opened);
      return work(opened.couch);
    });
  }

  async remove(): Promise<void> {
    for (const [name, { couch, roles }] of this.#known) {
      await couch.close();
      const rev = roles === undefined ? undefined : await this.#revision(name);
      if (rev === undefined) continue;
      await this.#run.couch.write("DELETE", documentOf(name), { query: { rev }, accept: [202, 404], repeatable: true });
    }
    this.#known.clear();
  }

  #open(name: string): Opened {
    const password = randomUUID();
    this.#run.secrets.add([password]);
    return { couch: this.#logIn(name, password), password, turn: pLimit(1) };
  }

  #logIn(name: string, password: string): Gateway {
    const { emit, secrets, signal } = this.#run;
    const connection = { ...withoutLogin(this.#connection), username: name, password };
    const couch = openCouch(connection, { emit, secrets, signal });
    couch.allowWrites();
    return couch;
  }

  /** Creates the user, or gives the user other roles. */
  async #have({ name, roles = [] }: TestUser, opened: Opened): Promise<void> {
    const wanted = JSON.stringify([...roles].sort());
    if (opened.roles === wanted) return;
    const rev = await this.#revision(name);
    opened.roles = wanted;
    await this.#run.couch.write("PUT", documentOf(name), {
      query: { rev },
      body: { name, password: opened.password, roles, type: "user", [mark]: true },
      accept: [202],
      repeatable: true,
    });
    // CouchDB caches users for a moment: their roles, and the password of a deleted user with the same name.
    for (let pause = 5, refusals = 0; ; pause = Math.min(pause * 2, 500)) {
      opened.couch.forget();
      try {
        const session = await readSession(opened.couch);
        if (JSON.stringify([...session.roles].sort()) === wanted) return;
      } catch (error) {
        refusals += 1;
        if (toMigrateError(error).code !== "unauthorized" || refusals > maxRefusals) throw error;
        pause = 500;
        await opened.couch.close();
        opened.couch = this.#logIn(name, opened.password);
      }
      await rest(pause, this.#run.signal);
    }
  }

  /** `undefined`: there is no such user. */
  async #revision(name: string): Promise<string | undefined> {
    const { status, body } = await this.#run.couch.read<JsonObject>(documentOf(name), { accept: [404], fresh: true });
    if (status === 404) return undefined;
    if (body[mark] === true) return String(body._rev);
    throw new MigrateError("refused", {
      message: `user ${name} exists on this CouchDB, so no test can run as this user`,
      next: "Give the user of the test another name, or run the tests in the embedded server or in an empty CouchDB.",
    });
  }
}

function documentOf(name: string) {
  return path`/_users/${`org.couchdb.user:${name}`}`;
}
