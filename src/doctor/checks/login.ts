/** Which user CouchDB identifies this run as. */
import { path } from "../../couch/path.js";
import { isStringArray, membersOf } from "../../text/json.js";
import { type CheckKind, ok, problem, skipped, warning } from "../check.js";

export const login: CheckKind = {
  group: "login",
  name: "login",
  async find({ contact, options, foreign }) {
    if (contact.is === "refused") return problem(contact.why);
    if (contact.is === "offline") return skipped(contact.why, "Fix that, then run doctor again.");
    if (contact.is === "absent") return skipped("there is no connection to CouchDB", "Fix the connection first.");
    const { couch } = contact;
    const { userCtx, info } = membersOf((await couch.read(path`/_session`)).body);
    const { name, roles } = membersOf(userCtx);
    const { authenticated, authentication_handlers } = membersOf(info);
    const list = isStringArray(roles) ? roles.map(foreign) : [];
    const user = typeof name === "string" ? foreign(name) : null;
    const facts = {
      user,
      roles: list,
      handler: typeof authenticated === "string" ? foreign(authenticated) : null,
      handlers: isStringArray(authentication_handlers) ? authentication_handlers.map(foreign) : [],
    };
    if (user === null) {
      const detail = "nobody: CouchDB has no server admin, so everybody is one (admin party)";
      return warning(detail, "Declare an admin with `ensureAdmin`, and apply.", { facts });
    }
    const as = list.includes("_admin")
      ? ", a server admin"
      : list.length > 0
        ? `, roles ${list.join(", ")}`
        : ", no roles";
    const detail = `${user}${as}, by the authentication handler ${facts.handler ?? "unknown"}`;
    const { previousPassword } = options.connection ?? {};
    if (previousPassword && couch.login.proves(user, previousPassword)) {
      const next = "Apply the `ensureAdmin` or `ensureUser` step that brings the new password.";
      return warning(`${detail}, with COUCHDB_PREVIOUS_PASSWORD: CouchDB refuses the new password`, next, { facts });
    }
    return ok(detail, { facts });
  },
};
