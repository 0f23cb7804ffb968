/** What CouchDB does by itself to the documents of its system databases. */

import type { User } from "../authentication.js";
import type { JsonObject } from "../json.js";
import { replicatorRules } from "../replicator.js";
import { usersRules } from "../users.js";
import type { Database } from "./database.js";
import type { Edit } from "./edit.js";

export interface SystemRules {
  /** Changes or refuses a document before it is validated and written. */
  beforeWrite?(edit: Edit, user: User, database: Database): Promise<Edit>;
  /** Changes or refuses a document before it is shown. */
  afterRead?(document: JsonObject, user: User, database: Database): JsonObject;
}

export function rulesFor(name: string): SystemRules {
  if (name === "_users") return usersRules;
  if (name === "_replicator") return replicatorRules;
  return {};
}
