/** Documents in CouchDB's own databases have their own step kinds, which know how CouchDB changes them. */

import type { DatabaseField } from "../../steps/database-field.js";
import type { SpecProblem } from "../../steps/kind.js";
import { toPointer } from "../../text/pointer.js";
import { isReplicator } from "../replications/replicator-database.js";

function ownKind(database: string): string | undefined {
  if (database === "_users") return "User";
  return isReplicator(database) ? "Replication" : undefined;
}

export function ownKindProblems(database: DatabaseField, verb: "ensure" | "remove"): SpecProblem[] {
  return [database].flat().flatMap((name, i) => {
    const kind = ownKind(name);
    if (kind === undefined) return [];
    const path = toPointer(typeof database === "string" ? ["database"] : ["database", i]);
    return [{ path, code: "system-database", message: `for documents of \`${name}\`, use \`${verb}${kind}\`` }];
  });
}
