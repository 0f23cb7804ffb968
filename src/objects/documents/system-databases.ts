/** Documents in CouchDB's own databases have their own step kinds, which know how CouchDB changes them. */

import type { DatabaseField } from "../../steps/database-field.js";
import type { SpecProblem } from "../../steps/kind.js";
import { toPointer } from "../../text/pointer.js";

const kinds: Readonly<Record<string, string>> = { _users: "User", _replicator: "Replication" };

export function ownKindProblems(database: DatabaseField, verb: "ensure" | "remove"): SpecProblem[] {
  return [database].flat().flatMap((name, i) => {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) return [];
    const path = toPointer(typeof database === "string" ? ["database"] : ["database", i]);
    return [{ path, code: "system-database", message: `for documents of \`${name}\`, use \`${verb}${kind}\`` }];
  });
}
