/** Converts `_security` to a step. Pure. */
import { isObject, membersOf } from "../text/json.js";
import type { ImportedStep } from "./imported.js";
import type { LeftOut } from "./result.js";

interface Section {
  readonly names: readonly string[];
  readonly roles: readonly string[];
}

interface SecurityPart {
  readonly steps: readonly ImportedStep[];
  readonly leftOut: readonly LeftOut[];
}

const none: SecurityPart = { steps: [], leftOut: [] };

/** Returns no step if it is CouchDB 3's default for a new database: server admins only. `undefined`: do not set it. */
export function securityPart(database: string, safe: string, security: unknown): SecurityPart {
  if (security === undefined) return none;
  const { admins, members, readers, ...others } = membersOf(security);
  const [ofAdmins, ofMembers] = [admins, members ?? readers].map(sectionOf) as [Section, Section];
  const further = [
    ...Object.keys(others),
    ...Object.keys(membersOf(admins)).filter((key) => !isKnown(key)),
    ...Object.keys(membersOf(members ?? readers)).filter((key) => !isKnown(key)),
  ];
  if (further.length === 0 && isAdminsOnly(ofAdmins) && isAdminsOnly(ofMembers)) return none;
  const spec = { database, admins: written(ofAdmins), members: written(ofMembers) };
  const open = ofMembers.names.length + ofMembers.roles.length === 0;
  const step: ImportedStep = {
    id: `security-${safe}`,
    kind: "ensureSecurity",
    // `replace` would remove fields that a step can't declare.
    spec: further.length === 0 ? spec : { ...spec, mode: "merge" },
    ...(open ? { comment: ["No members: everybody can read and write, without a login."] } : {}),
  };
  if (further.length === 0) return { steps: [step], leftOut: [] };
  const reason = `a step declares only names and roles; \`mode: merge\` leaves the rest as it is: ${further.sort().join(", ")}`;
  return { steps: [step], leftOut: [{ subject: `other fields of _security of ${database}`, reason }] };
}

function isKnown(key: string): boolean {
  return key === "names" || key === "roles";
}

function sectionOf(value: unknown): Section {
  const { names, roles } = isObject(value) ? value : {};
  return { names: setOf(names), roles: setOf(roles) };
}

function setOf(values: unknown): readonly string[] {
  if (!Array.isArray(values)) return [];
  return [...new Set(values.filter((value): value is string => typeof value === "string" && value !== ""))].sort();
}

function isAdminsOnly({ names, roles }: Section): boolean {
  return names.length === 0 && roles.length === 1 && roles[0] === "_admin";
}

function written({ names, roles }: Section): Readonly<Record<string, readonly string[]>> {
  return { ...(names.length > 0 ? { names } : {}), ...(roles.length > 0 ? { roles } : {}) };
}
