import { isDeepStrictEqual } from "node:util";
import { MigrateError } from "../contract/errors.js";
import { matchesUser, passwordMembers, userHash, userHashFor } from "../couch/password-hash.js";
import { readUser, roleSet, type StoredUser, type UserDocument, userName, userPath } from "../objects/user-document.js";
import { masked } from "../secrets/masked.js";
import { unknownSecret } from "../secrets/unknown.js";
import { type Change, creates, holds, refuses, updates } from "../steps/difference.js";
import { defineKind, type SpecProblem } from "../steps/kind.js";
import type { JsonObject } from "../text/json.js";
import { toPointer } from "../text/pointer.js";

interface Spec {
  readonly name: string;
  readonly password?: string;
  readonly roles?: readonly string[];
  readonly fields?: JsonObject;
}

interface User {
  readonly name: string;
  readonly password?: string;
  /** Sorted, without duplicates. */
  readonly roles: readonly string[];
  readonly fields: JsonObject;
}

interface ObservedUser extends StoredUser {
  /** The stored hash matches the declared password. Also true if none is declared. */
  readonly fits: boolean;
}

interface Write {
  /** The document to replace; absent: it does not exist. */
  readonly stored?: UserDocument;
  readonly setPassword: boolean;
}

const reserved: ReadonlySet<string> = new Set(["name", "roles", "type", ...passwordMembers]);

export const ensureUser = defineKind<Spec, User, ObservedUser, Write>({
  name: "ensureUser",
  summary: "A user: a document in `_users`, with a password, roles and other fields.",
  schema: {
    type: "object",
    required: ["name"],
    additionalProperties: false,
    properties: {
      name: userName,
      password: {
        type: "string",
        description:
          "The user's password, needed only to create the user. CouchDB receives only its hash. Without it, the stored password stays as it is.",
        minLength: 1,
        examples: ["${KERRIGAN_PASSWORD}"],
        secret: true,
        variables: true,
      },
      roles: {
        type: "array",
        description: "Exactly these roles. They must not begin with `_`, except for `_metrics`.",
        items: { type: "string", pattern: "^(?:[^_]|_metrics$)", minLength: 1, variables: true },
        default: [],
        examples: [["zerg"]],
      },
      fields: {
        type: "object",
        description:
          "Other fields of the document, by name. Fields that are not named here stay as they are. Text under a name such as `totp` or `apiToken` is secret.",
        secretNames: true,
        default: {},
        examples: [{ email: "kerrigan@example.com" }],
      },
    },
  },
  example: "ensureUser:\n  name: kerrigan\n  password: ${KERRIGAN_PASSWORD}\n  roles: [zerg]\n",
  scope: "server",
  lifecycle: { removedBy: "removeUser" },

  title: ({ name }) => `user ${name}`,
  databases: () => ["_users"],
  claims: ({ name }) => [`user/${name}`],
  check: { spec: ({ fields = {} }) => Object.keys(fields).flatMap(reservedField) },

  async resolve({ roles, fields = {}, ...others }) {
    // As JSON stores them and CouchDB returns them: without a -0.
    return { ...others, roles: roleSet(roles), fields: JSON.parse(JSON.stringify(fields)) as JsonObject };
  },

  async observe({ couch, desired: { name, password } }) {
    const stored = await readUser(couch, name);
    return stored && { ...stored, fits: await fits(stored.doc, password) };
  },

  diff(desired, observed) {
    const changes = observed ? changesBetween(desired, observed) : creation(desired);
    const warnings = observed?.conflicted ? [{ code: "user-in-conflict", user: desired.name } as const] : [];
    if (!observed && desired.password === undefined) {
      return refuses({ code: "user-without-password", user: desired.name }, changes, { warnings });
    }
    if (!observed) return creates(changes, { setPassword: true }, { warnings, created: [`user/${desired.name}`] });
    if (changes.length === 0) return holds({ warnings });
    return updates(changes, { stored: observed.doc, setPassword: !observed.fits }, { warnings });
  },

  /**
   * The answer names the document and its revision. CouchDB may rewrite documents of `_users` while it saves them, so
   * the document is read again, and the password has to match.
   */
  async apply({ stored = {}, setPassword }, { couch, desired: { name, password = "", roles, fields } }) {
    const hash = setPassword ? await userHashFor(await couch.version(), password) : {};
    const kept = setPassword ? withoutPassword(stored) : stored;
    const body = { ...kept, ...hash, ...fields, type: "user", name, roles };
    // With the revision that was read: if someone else has written since (a login may rehash), CouchDB answers with a
    // conflict.
    const answer = await couch.write<{ reason?: string }>("PUT", userPath(name), {
      body,
      accept: [404],
      repeatable: true,
    });
    if (answer.status === 404) throw notTaken(name, answer.body.reason ?? "");
  },
});

async function fits(stored: UserDocument, password: string | undefined): Promise<boolean> {
  if (password === undefined) return true;
  return password === unknownSecret ? userHash(stored) !== undefined : matchesUser(stored, password);
}

function reservedField(key: string): SpecProblem[] {
  if (!reserved.has(key) && !key.startsWith("_")) return [];
  const place = ["name", "roles", "password"].includes(key)
    ? "write it next to `fields`"
    : "it is reserved for CouchDB";
  return [
    {
      path: toPointer(["fields", key]),
      code: "reserved-field",
      message: `\`${key}\` is not allowed in \`fields\`: ${place}`,
    },
  ];
}

function creation({ name, password, roles, fields }: User): Change[] {
  const values = { name, ...(password === undefined ? {} : { password: masked }), roles };
  return [
    ...Object.entries(values).map(([key, after]) => ({ path: toPointer([key]), before: null, after })),
    ...Object.entries(fields).map(([key, after]) => ({ path: toPointer(["fields", key]), before: null, after })),
  ];
}

function changesBetween(desired: User, { doc, fits }: ObservedUser): Change[] {
  const before = roleSet(doc.roles);
  const roles = isDeepStrictEqual(before, desired.roles) ? [] : [{ path: "/roles", before, after: desired.roles }];
  const fields = Object.entries(desired.fields).flatMap(([key, after]) => {
    const is = Object.hasOwn(doc, key) ? doc[key] : undefined;
    return isDeepStrictEqual(is, after) ? [] : [{ path: toPointer(["fields", key]), before: is ?? null, after }];
  });
  const hadOne = userHash(doc) !== undefined;
  const password = fits ? [] : [{ path: "/password", before: hadOne ? masked : null, after: masked }];
  return [...password, ...roles, ...fields];
}

function withoutPassword(doc: UserDocument): UserDocument {
  return Object.fromEntries(Object.entries(doc).filter(([key]) => !passwordMembers.has(key)));
}

/** If the login may not administer `_users`, CouchDB says that other users' documents do not exist. */
function notTaken(name: string, reason: string): MigrateError {
  if (/database|no_db_file/i.test(reason)) {
    return new MigrateError("step-failed", {
      message: `user ${name} can't be created: database _users does not exist`,
      data: { user: name },
      next: "Add a step before it: ensureCluster, or ensureDatabase with `name: _users`.",
    });
  }
  return new MigrateError("missing-permission", {
    message: `user ${name} can't be written: the run's user needs to be a server admin, or an admin of _users`,
    data: { permission: "server admin", user: name },
  });
}
