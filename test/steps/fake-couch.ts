/** A Couch that answers from a table and records what was written. */

import { MigrateError } from "../../src/contract/errors.js";
import type { Answer, Couch, Login, ReadOptions, WriteOptions } from "../../src/couch/couch.js";
import type { Path } from "../../src/couch/path.js";
import { predictedRevision } from "../../src/couch/predicted-revision.js";
import type { DatabaseContext, Target } from "../../src/steps/kind.js";
import { isObject, type JsonObject } from "../../src/text/json.js";

export interface Written {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly query?: unknown;
}

/** An answer's body, or how to answer the request. */
export type Reply = (written: Written) => Answer | MigrateError;

export interface FakeOptions {
  /** By path: what a GET answers. Everything else is a 404. */
  readonly reads?: Readonly<Record<string, unknown>>;
  /** By method and path; default: 201. */
  readonly writes?: Readonly<Record<string, Reply>>;
  readonly login?: { readonly name: string; readonly password: string };
  readonly version?: string;
}

/** CouchDB's answer to a document that it has written. */
export function taken(doc: JsonObject) {
  return { ok: true, id: String(doc._id), rev: predictedRevision(doc, String(doc._rev ?? "0")) };
}

export interface FakeCouch extends Couch {
  readonly written: readonly Written[];
  readonly became: readonly string[];
  /** What GETs answer from now on. */
  set(path: string, body: unknown): void;
}

export function fakeCouch(options: FakeOptions = {}): FakeCouch {
  const reads = new Map(Object.entries(options.reads ?? {}));
  const written: Written[] = [];
  const became: string[] = [];
  const requests = { reads: 0, writes: 0 };
  const login: Login = {
    name: options.login?.name,
    proves: (name, password) => options.login?.name === name && options.login.password === password,
    declares: (name, password) => options.login?.name === name && options.login.password === password,
    anonymous: () => undefined,
    become: (name) => became.push(name),
  };
  return {
    url: "http://couchdb.example",
    shared: new Map(),
    login,
    requests,
    get epoch() {
      return requests.writes;
    },
    written,
    became,
    version: async () => options.version ?? "3.5.0",
    set: (path, body) => reads.set(path, body),
    forget: () => {},
    made: () => false,
    askInDoubt: () => {},
    async read<Body>(path: Path, { accept = [] }: ReadOptions = {}) {
      requests.reads += 1;
      const body = reads.get(path);
      if (body instanceof MigrateError) throw body;
      if (body !== undefined) return { status: 200, body: body as Body };
      if (accept.includes(404)) return { status: 404, body: { error: "not_found", reason: "missing" } as Body };
      throw new MigrateError("request-failed", { message: `nothing at ${path}` });
    },
    async write<Body>(method: string, path: string, { json, query, accept = [], ...given }: WriteOptions) {
      const body = json === undefined ? given.body : JSON.parse(json);
      requests.writes += 1;
      const one = { method, path, ...(body === undefined ? {} : { body }), ...(query === undefined ? {} : { query }) };
      written.push(one);
      const reply = options.writes?.[`${method} ${path}`]?.(one) ?? {
        status: 201,
        body: isObject(body) && method === "PUT" ? taken(body) : { ok: true },
      };
      if (reply instanceof MigrateError) throw reply;
      if (![200, 201, ...accept].includes(reply.status)) {
        throw new MigrateError("request-failed", { message: `${method} ${path}: ${reply.status}` });
      }
      return reply as Answer<Body>;
    },
  };
}

export function contextOf<Desired>(
  couch: Couch,
  desired: Desired,
  { database = "db" }: Target = {},
): DatabaseContext<Desired> {
  return {
    couch,
    desired,
    database,
    signal: new AbortController().signal,
    step: { set: "default", version: "v1", id: "step", checksum: "1:a" },
    exclusively: (work) => work(couch),
    foreign: (text) => text,
    progress: () => {},
  };
}
