import { passwordMembers } from "../couch/password-hash.js";
import { removeStored } from "../objects/documents/remove.js";
import { readUser, roleSet, type StoredUser, type UserDocument, userId, userName } from "../objects/user-document.js";
import { type Change, holds, removes } from "../steps/difference.js";
import { defineKind } from "../steps/kind.js";

interface User {
  readonly name: string;
}

export const removeUser = defineKind<User, User, StoredUser, UserDocument>({
  name: "removeUser",
  summary: "A user does not exist: its document in `_users` is deleted.",
  schema: {
    type: "object",
    required: ["name"],
    additionalProperties: false,
    properties: { name: userName },
  },
  example: "removeUser:\n  name: kerrigan\n",
  scope: "server",
  nature: { destroys: "always" },
  fast: { provenByApply: true },

  title: ({ name }) => `user ${name}`,
  databases: () => ["_users"],
  claims: ({ name }) => [`user/${name}`],

  observe: ({ couch, desired }) => readUser(couch, desired.name),

  diff({ name }, observed) {
    if (!observed) return holds();
    return removes(lost(name, observed.doc), observed.doc);
  },

  /** The document is read again until no revision is left. */
  apply: ({ _rev = "" }, context) =>
    removeStored(context, "_users", [{ id: userId(context.desired.name), rev: _rev, deleted: false }]),
});

const ownMembers: ReadonlySet<string> = new Set(["_id", "_rev", "type", "name", "roles", ...passwordMembers]);

/** For other fields, only the names are shown: their values may be secret. */
function lost(name: string, doc: UserDocument): Change[] {
  const fields = Object.keys(doc).filter((key) => !ownMembers.has(key));
  return [
    { path: "/name", before: name, after: null },
    { path: "/roles", before: roleSet(doc.roles), after: null },
    ...(fields.length > 0 ? [{ path: "/fields", before: fields, after: null }] : []),
  ];
}
