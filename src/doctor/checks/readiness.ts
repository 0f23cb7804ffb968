/** Whether CouchDB reports that it is ready. */
import { MigrateError } from "../../contract/errors.js";
import { path } from "../../couch/path.js";
import { isRefusedByOther } from "../../couch/read-if-allowed.js";
import { membersOf } from "../../text/json.js";
import { type CheckKind, ok, problem, skipped } from "../check.js";

export const readiness: CheckKind = {
  group: "server",
  name: "readiness",
  needs: "server",
  async find({ contact: { couch }, foreign }) {
    const accept = [400, 401, 403, 404, 405];
    const answer = await couch.once(path`/_up`, { accept }).catch((thrown: unknown) => {
      if (!isRefusedByOther(thrown)) throw thrown;
    });
    const said = membersOf(answer?.body).status;
    if (answer?.status === 200) return ok("`/_up` says that CouchDB is ready");
    if (typeof said !== "string")
      return skipped(
        "CouchDB does not answer `/_up`",
        "None: it may be too old, or a service that does not offer it to this user.",
      );
    const message = `CouchDB is up, but reports ${JSON.stringify(foreign(said))}`;
    return problem(
      new MigrateError("unreachable", { message, next: "End the maintenance mode of this node, or wait." }),
    );
  },
};
