/** One database: its documents, which PouchDB stores, and everything else that CouchDB stores for a database. */

import { isObject, isStringArray, type JsonObject } from "../json.js";
import type { Pouch } from "../pouch.js";
import type { Profile } from "../profile.js";
import { forbidden, unauthorized } from "../reply.js";
import { isServerAdmin, type User } from "../user.js";
import type { FunctionThread } from "../views/function-thread.js";
import { Validators } from "../views/validators.js";
import { ViewIndexes } from "../views/view-indexes.js";
import { type LocalDoc, LocalDocs } from "./local-docs.js";
import type { SystemRules } from "./system-rules.js";

/** Properties that are fixed at creation. */
export interface Shape {
  readonly q: number;
  readonly n: number;
  readonly partitioned: boolean;
}

export interface DesignDoc extends JsonObject {
  readonly _id: string;
  readonly _rev: string;
}

/** Everything of a database but its documents. */
export interface StoredDatabase {
  readonly name: string;
  readonly shape: Shape;
  readonly created: number;
  readonly settings: Settings;
  readonly locals: readonly (readonly [id: string, doc: LocalDoc])[];
}

/** What can be changed later. */
interface Settings {
  readonly security: JsonObject;
  readonly revsLimit: number;
  readonly purgedInfosLimit: number;
}

export class Database {
  /** The creation time, in seconds. */
  #created = Math.floor(Date.now() / 1000);
  readonly locals: LocalDocs;
  readonly views: ViewIndexes;
  readonly validators: Validators;
  #settings: Settings;
  #queue: Promise<unknown> = Promise.resolve();
  #designDocs: Promise<DesignDoc[]> | undefined;
  #deleted = { seq: 0, count: 0 };

  constructor(
    readonly name: string,
    readonly pouch: Pouch,
    readonly shape: Shape,
    readonly profile: Profile,
    readonly rules: SystemRules,
    /** Runs the functions of its design documents. */
    readonly functions: FunctionThread,
    /** Called after every change of anything but the documents. */
    readonly changed: () => void,
  ) {
    this.locals = new LocalDocs(profile.checksLocalRevisions, changed);
    this.views = new ViewIndexes(this);
    this.validators = new Validators(this);
    const closed = { members: { roles: ["_admin"] }, admins: { roles: ["_admin"] } };
    this.#settings = { security: profile.closedByDefault ? closed : {}, revsLimit: 1000, purgedInfosLimit: 1000 };
  }

  get created(): number {
    return this.#created;
  }

  get security(): JsonObject {
    return this.#settings.security;
  }

  get revsLimit(): number {
    return this.#settings.revsLimit;
  }

  get purgedInfosLimit(): number {
    return this.#settings.purgedInfosLimit;
  }

  set(settings: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...settings };
    this.changed();
  }

  get stored(): StoredDatabase {
    return {
      name: this.name,
      shape: this.shape,
      created: this.#created,
      settings: this.#settings,
      locals: this.locals.all(),
    };
  }

  restore({ created, settings, locals }: StoredDatabase): void {
    this.#created = created;
    this.#settings = settings;
    this.locals.restore(locals);
  }

  /** Runs one task at a time, because a write reads the revision that it replaces. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** The winning revision, or undefined if there is none or it is deleted. */
  async read(id: string): Promise<JsonObject | undefined> {
    const { rows } = await this.pouch.allDocs({ keys: [id], include_docs: true });
    return rows[0]?.doc ?? undefined;
  }

  async exists(id: string): Promise<boolean> {
    return (await this.read(id)) !== undefined;
  }

  /** Stores a document of the server itself, without any checks. */
  async seed(id: string, body: JsonObject): Promise<void> {
    if (await this.exists(id)) return;
    await this.pouch.bulkDocs([{ _id: id, ...body }], { new_edits: true });
    this.designDocsChanged();
  }

  designDocs(): Promise<DesignDoc[]> {
    this.#designDocs ??= this.pouch
      .allDocs({ startkey: "_design/", endkey: "_design0", inclusive_end: false, include_docs: true })
      .then(({ rows }) => rows.map((row) => row.doc as DesignDoc));
    return this.#designDocs;
  }

  designDocsChanged(): void {
    this.#designDocs = undefined;
    this.validators.reset();
  }

  /** The number inside the opaque update sequence. */
  async updateSeq(): Promise<number> {
    return (await this.pouch.info()).update_seq;
  }

  async deletedCount(): Promise<number> {
    const seq = await this.updateSeq();
    if (this.#deleted.seq !== seq) {
      const { results } = await this.pouch.changes({ since: 0 });
      this.#deleted = { seq, count: results.filter((change) => change.deleted).length };
    }
    return this.#deleted.count;
  }

  isAdmin(user: User): boolean {
    return isServerAdmin(user) || isNamed(user, this.security.admins);
  }

  isMember(user: User): boolean {
    const members = this.security.members ?? this.security.readers;
    return this.isAdmin(user) || isEmpty(members) || isNamed(user, members);
  }

  /** @throws CouchError 401 if the user is anonymous, 403 otherwise */
  requireMember(user: User): void {
    if (this.isMember(user)) return;
    if (user.name === null) throw unauthorized("You are not authorized to access this db.");
    throw forbidden("You are not allowed to access this db.");
  }

  /** @throws CouchError 401 if the user is anonymous, 403 otherwise */
  requireAdmin(user: User): void {
    if (this.isAdmin(user)) return;
    const reason = "You are not a db or server admin.";
    throw user.name === null ? unauthorized(reason) : forbidden(reason);
  }
}

function namesAndRoles(group: unknown): { names: string[]; roles: string[] } {
  const { names, roles } = isObject(group) ? group : {};
  return { names: isStringArray(names) ? names : [], roles: isStringArray(roles) ? roles : [] };
}

function isEmpty(group: unknown): boolean {
  const { names, roles } = namesAndRoles(group);
  return names.length === 0 && roles.length === 0;
}

function isNamed(user: User, group: unknown): boolean {
  const { names, roles } = namesAndRoles(group);
  return (user.name !== null && names.includes(user.name)) || user.roles.some((role) => roles.includes(role));
}
