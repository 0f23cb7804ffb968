/** Documents of `_users`: their ids, and how to read them. */
import type { Couch } from "../couch/couch.js";
import { type Path, path } from "../couch/path.js";
import type { Schema } from "../steps/schema.js";
import type { JsonObject } from "../text/json.js";

const idPrefix = "org.couchdb.user:";

/** Without `_conflicts`, which CouchDB adds. */
export interface UserDocument extends JsonObject {
  readonly _rev?: string;
}

export interface StoredUser {
  readonly doc: UserDocument;
  /** It has conflicting revisions: CouchDB refuses the login. */
  readonly conflicted: boolean;
}

export const userName: Schema = {
  type: "string",
  description: "The user's name, without `:` and not beginning with `_`.",
  pattern: "^[^_:][^:]*$",
  minLength: 1,
  examples: ["kerrigan"],
  variables: true,
};

export function userId(name: string): string {
  return idPrefix + name;
}

export function userPath(name: string): Path {
  return path`/_users/${userId(name)}`;
}

/** `undefined`: the user, or `_users`, does not exist. */
export async function readUser(couch: Couch, name: string): Promise<StoredUser | undefined> {
  const { status, body } = await couch.read<UserDocument>(userPath(name), {
    query: { conflicts: true },
    accept: [404],
  });
  if (status === 404) return undefined;
  const { _conflicts, ...doc } = body;
  return { doc, conflicted: _conflicts !== undefined };
}

/** Sorted, without duplicates, so that neither order nor repetition is a difference. */
export function roleSet(roles: unknown): readonly string[] {
  return Array.isArray(roles) ? [...new Set(roles as string[])].sort() : [];
}
