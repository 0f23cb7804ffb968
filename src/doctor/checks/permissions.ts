/** Which permissions each command lacks: docs/permissions.md, applied to this user and these files. */
import { type DatabaseRight, rightIn } from "../../couch/database-right.js";
import { isAdmin, readSession } from "../../couch/session.js";
import { namedDatabases } from "../../kinds/targets.js";
import { list } from "../../text/quantity.js";
import { type CheckKind, ok, warning } from "../check.js";
import { stepsIn } from "../look-at-files.js";
import type { Right } from "../rights.js";
import { type Lack, whatIsLacking } from "../what-is-lacking.js";

/** A limit, because each needs a request. */
const maxDatabases = 50;

export const permissions: CheckKind = {
  group: "login",
  name: "permissions",
  needs: "login",
  async find({ contact: { couch, place }, files }) {
    const session = await readSession(couch);
    if (isAdmin(session)) return ok("a server admin: no command lacks anything", { facts: { user: "server admin" } });
    const steps = stepsIn(files).map((step) => ({ ...step, databases: namedDatabases(step) }));
    const named = [...new Set(steps.flatMap((step) => step.databases))].filter((name) => !name.includes("*"));
    const databases = new Map<string, Right>();
    for (const database of named.slice(0, maxDatabases)) {
      const right = await rightIn(couch, database, session);
      if (right) databases.set(database, rights[right]);
    }
    const right = rights[(await rightIn(couch, place.database, session)) ?? "none"];
    const ledger = { database: place.database, right, own: place.own };
    const lacks = whatIsLacking({ user: "login", ledger, databases }, steps);
    const facts = { user: "login", ledger, databases: Object.fromEntries(databases), lacks };
    if (lacks.every(({ command }) => command === "import")) {
      return ok("not a server admin; enough for all commands but import", { facts });
    }
    const names = list(
      lacks.map(({ command }) => command),
      10,
    );
    const next = "Grant what is missing, or run as a server admin: docs/permissions.md says what each command needs.";
    return warning(`not a server admin; missing for ${names}:`, next, { lines: lacks.flatMap(linesOf), facts });
  },
};

const rights: Readonly<Record<DatabaseRight, Right>> = { none: "login", member: "member", admin: "database admin" };

function linesOf({ command, lacks }: Lack): string[] {
  return lacks.map((lack) => `${command}: ${lack}`);
}
