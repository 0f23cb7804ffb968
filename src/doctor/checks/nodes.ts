/** Whether the server gives access to its nodes, if steps need that. */
import { toMigrateError } from "../../contract/errors.js";
import { assertNodesOpen } from "../../engine/nodes-closed.js";
import { type CheckKind, ok, problem } from "../check.js";
import { stepsIn } from "../look-at-files.js";

export const nodes: CheckKind = {
  group: "server",
  name: "nodes",
  needs: "login",
  async find({ contact: { couch }, files }) {
    try {
      await assertNodesOpen(couch, stepsIn(files));
      return ok("no step needs nodes that the server gives no access to");
    } catch (thrown) {
      const error = toMigrateError(thrown);
      if (error.code !== "nodes-closed") throw error;
      return problem(error);
    }
  },
};
