import { isDeepStrictEqual } from "node:util";
import type { Couch } from "../couch/couch.js";
import { path } from "../couch/path.js";
import { withReason } from "../couch/refused-without-reason.js";
import { type DatabaseField, databaseList, databases, listed, ownDatabaseProblems } from "../steps/database-field.js";
import { type Change, creates, holds, updates } from "../steps/difference.js";
import { defineKind } from "../steps/kind.js";
import type { Schema } from "../steps/schema.js";
import { toPointer } from "../text/pointer.js";

type Mode = "replace" | "merge";

interface Names {
  readonly names: readonly string[];
  readonly roles: readonly string[];
}

interface Spec {
  readonly database: DatabaseField;
  readonly admins?: Partial<Names>;
  readonly members?: Partial<Names>;
  readonly mode?: Mode;
}

/** Lists are sorted and without duplicates, so that neither order nor repetition is a difference. */
interface Security {
  readonly database: readonly string[];
  readonly admins: Names;
  readonly members: Names;
  readonly mode: Mode;
}

/** `_security` as the server returns it. */
type SecurityObject = Readonly<Record<string, unknown>>;

const sections = ["admins", "members"] as const;
type Section = (typeof sections)[number];

export const ensureSecurity = defineKind<Spec, Security, SecurityObject, SecurityObject>({
  name: "ensureSecurity",
  summary: "A database's `_security`: who may administer it, and who may read and write it.",
  schema: {
    type: "object",
    required: ["database"],
    additionalProperties: false,
    properties: {
      database: databases,
      admins: namesSchema("Who may change design documents and `_security`."),
      members: namesSchema("Who may read and write documents. Without any name or role: everybody."),
      mode: {
        type: "string",
        enum: ["replace", "merge"],
        default: "replace",
        description:
          "`replace`: exactly these names and roles, and nothing else in `_security`. `merge`: adds these to the existing ones.",
        variables: true,
      },
    },
  },
  example: "ensureSecurity:\n  database: zerglings\n  admins:\n    roles: [overmind]\n  members:\n    roles: [zerg]\n",
  scope: "database",
  fast: { absentFromNew: ({ mode }) => mode === "replace", ahead: readSecurity },

  title: ({ database }) => `security object of ${listed(database)}`,
  databases: ({ database }) => database,
  claims: ({ database }) => database.map((name) => `security/${name}`),
  check: { spec: ({ database }) => ownDatabaseProblems(database, "database") },

  async resolve({ database, admins, members, mode = "replace" }) {
    return { database: databaseList(database), admins: namesOf(admins), members: namesOf(members), mode };
  },

  observe: ({ couch, database }) => readSecurity(couch, database),

  diff(desired, observed) {
    const before = observed && modern(observed);
    const after = desired.mode === "merge" ? merged(desired, before ?? {}) : exactly(desired);
    const changes = before ? changesBetween(before, after) : creation(after);
    // While the database does not exist, it is unknown what `merge` will add to.
    const known = before !== undefined || desired.mode === "replace";
    const warnings = known && open(after) ? [{ code: "open-database" } as const] : [];
    if (!before) return creates(changes, after, { warnings });
    if (changes.length === 0) return holds({ warnings });
    return updates(
      changes,
      after,
      isDefault(before) ? { warnings, former: { states: creation(after) } } : { warnings },
    );
  },

  /** CouchDB answers `{"ok":true}` regardless of what it stored, so `_security` is read again. */
  async apply(write, { couch, database }) {
    const at = path`/${database}/_security`;
    await withReason(couch, database, at, () => couch.write("PUT", at, { body: write, repeatable: true }));
  },
});

function namesSchema(description: string): Schema {
  const list = (what: string, example: string): Schema => ({
    type: "array",
    items: { type: "string", minLength: 1, variables: true },
    default: [],
    description: what,
    examples: [[example]],
  });
  return {
    type: "object",
    description,
    default: {},
    additionalProperties: false,
    properties: { names: list("Names of users.", "kerrigan"), roles: list("Roles of users.", "zerg") },
  };
}

function namesOf(value: unknown): Names {
  const { names, roles } = record(value);
  return { names: set(names), roles: set(roles) };
}

function exactly({ admins, members }: Security): SecurityObject {
  return { admins, members };
}

/** `undefined`: the database does not exist. */
async function readSecurity(couch: Couch, database: string): Promise<SecurityObject | undefined> {
  const { status, body } = await couch.read<SecurityObject>(path`/${database}/_security`, { accept: [404] });
  return status === 404 ? undefined : body;
}

/** If there are no `members`, CouchDB reads `readers`, the old name. */
function modern(observed: SecurityObject): SecurityObject {
  if (observed.members !== undefined || observed.readers === undefined) return observed;
  const { readers, ...others } = observed;
  return { ...others, members: readers };
}

function merged(desired: Security, observed: SecurityObject): SecurityObject {
  const both = (section: Section) => ({
    ...record(observed[section]),
    names: set([...namesOf(observed[section]).names, ...desired[section].names]),
    roles: set([...namesOf(observed[section]).roles, ...desired[section].roles]),
  });
  return { ...observed, admins: both("admins"), members: both("members") };
}

/** A new database has it: admins only from 3.0 on, and nothing in older versions or with another `default_security`. */
function isDefault(security: SecurityObject): boolean {
  const named = sections.map((section) => namesOf(security[section]));
  const isEmpty = named.every(({ names, roles }) => names.length + roles.length === 0);
  const isAdminOnly = named.every(({ names, roles }) => names.length === 0 && isDeepStrictEqual(roles, ["_admin"]));
  return (
    (isEmpty || isAdminOnly) && Object.keys(security).every((key) => (sections as readonly string[]).includes(key))
  );
}

function creation(after: SecurityObject): Change[] {
  return Object.entries(after).map(([key, value]) => ({ path: toPointer([key]), before: null, after: value }));
}

function changesBetween(before: SecurityObject, after: SecurityObject): Change[] {
  const names = sections.flatMap((section) => {
    const [was, will] = [record(before[section]), record(after[section])];
    return Object.keys({ names: 0, roles: 0, ...was }).flatMap((key) => {
      const isSet = key === "names" || key === "roles";
      const [a, b] = isSet ? [set(was[key]), set(will[key])] : [was[key] ?? null, will[key] ?? null];
      return isDeepStrictEqual(a, b) ? [] : [{ path: toPointer([section, key]), before: a, after: b }];
    });
  });
  const removed = Object.keys(before).filter((key) => !(key in after));
  return [...names, ...removed.map((key) => ({ path: toPointer([key]), before: before[key], after: null }))];
}

function open(security: SecurityObject): boolean {
  const { names, roles } = namesOf(security.members);
  return names.length === 0 && roles.length === 0;
}

function set(values: unknown): readonly string[] {
  return Array.isArray(values) ? [...new Set(values as string[])].sort() : [];
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
