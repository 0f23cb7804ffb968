/** Design documents that CouchDB itself writes. Pure. */
import type { StepWarning } from "../../steps/warnings.js";
import { isReplicator } from "../replications/replicator-database.js";

const owned: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  _users: { _auth: "CouchDB puts its own `validate_doc_update` back into it at every start" },
  _replicator: { _replicator: "CouchDB deletes it at every start, and before 3.3 restores its own version" },
};

function whyOwned(database: string, name: string): string | undefined {
  const documents = owned[isReplicator(database) ? "_replicator" : database] ?? {};
  return Object.hasOwn(documents, name) ? documents[name] : undefined;
}

export function isOwnedByCouch(database: string, name: string): boolean {
  return whyOwned(database, name) !== undefined;
}

/** A warning for each named document that CouchDB overwrites. */
export function ownedByCouch(database: string, names: readonly string[]): StepWarning[] {
  return names.flatMap((name): StepWarning[] => {
    const why = whyOwned(database, name);
    return why === undefined ? [] : [{ code: "owned-by-couchdb", database, designDoc: name, why }];
  });
}
