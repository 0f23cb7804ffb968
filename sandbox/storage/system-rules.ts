/** What CouchDB itself does to documents of its system databases. */
import type { JsonObject } from "../json.js";
import type { Profile } from "../profile.js";
import type { User } from "../user.js";
import type { Edit } from "./edit.js";

export interface SystemRules {
  /** Changes or refuses a document before it is validated and written. */
  beforeWrite?(edit: Edit, user: User, database: RuledDatabase): Promise<Edit>;
  /** Changes or refuses a document before it is shown. */
  afterRead?(document: JsonObject, user: User, database: RuledDatabase): JsonObject;
}

/** What the rules need from their database. */
export interface RuledDatabase {
  readonly profile: Profile;
  isAdmin(user: User): boolean;
}
