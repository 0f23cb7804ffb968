/** Design documents that CouchDB itself writes. Pure. */
import type { StepWarning } from "../../steps/warnings.js";

const owned: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  _users: { _auth: "CouchDB puts its own `validate_doc_update` back into it at every start" },
  _replicator: { _replicator: "CouchDB deletes it at every start, and before 3.3 restores its own version" },
};

export function isOwnedByCouch(database: string, name: string): boolean {
  return Object.hasOwn(owned, database) && Object.hasOwn(owned[database] ?? {}, name);
}

/** A warning for each named document that CouchDB overwrites. */
export function ownedByCouch(database: string, names: readonly string[]): StepWarning[] {
  return names
    .filter((name) => isOwnedByCouch(database, name))
    .map((name) => ({ code: "owned-by-couchdb", database, designDoc: name, why: owned[database]?.[name] ?? "" }));
}
