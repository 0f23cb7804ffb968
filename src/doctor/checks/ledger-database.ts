/** Where the ledger is stored, and who may write there. */
import { MigrateError } from "../../contract/errors.js";
import { path } from "../../couch/path.js";
import { isAdminOnly, type SecurityObject } from "../../ledger/database.js";
import { isStringArray, membersOf } from "../../text/json.js";
import { type CheckKind, ok, problem, warning } from "../check.js";

export const ledgerDatabase: CheckKind = {
  group: "ledger",
  name: "ledger-database",
  needs: "login",
  async find({ contact: { couch, place } }) {
    const { database, own } = place;
    const { status } = await couch.read(path`/${database}`, { accept: [404] });
    if (status === 404 && own) {
      return ok(`${database} does not exist yet; the first apply creates it`, { facts: { database, exists: false } });
    }
    if (status === 404) {
      const message = `the ledger's database ${database} does not exist`;
      return problem(
        new MigrateError("invalid-settings", { message, next: "Create it first, or remove --ledger-database." }),
      );
    }
    const { body } = await couch.read<SecurityObject>(path`/${database}/_security`);
    const adminOnly = isAdminOnly(body);
    const open = isEmpty(membersOf(body.members));
    const facts = { database, exists: true, adminOnly };
    if (own && !adminOnly) {
      const next = "Run apply as a server admin when a step is pending: it restores the database's `_security`.";
      return warning(`${database}: not only server admins may write there`, next, { facts });
    }
    if (open) {
      const next = "Name members in its `_security`: whoever can write there can change the ledger.";
      return warning(`${database}: everybody may write there`, next, { facts });
    }
    return ok(`${database}, for ${adminOnly ? "server admins only" : "its members"}`, { facts });
  },
};

function isEmpty({ names, roles }: Readonly<Record<string, unknown>>): boolean {
  return [names, roles].every((list) => !isStringArray(list) || list.length === 0);
}
