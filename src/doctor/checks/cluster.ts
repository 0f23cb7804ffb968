/** Whether every node of the cluster can be reached. */
import { membership } from "../../couch/nodes.js";
import { count } from "../../text/quantity.js";
import { type CheckKind, ok, warning } from "../check.js";

export const cluster: CheckKind = {
  group: "server",
  name: "cluster",
  needs: "login",
  async find({ contact: { couch }, foreign }) {
    const members = await membership(couch);
    if (!members) return ok("one node");
    const clusterNodes = members.cluster_nodes.map(foreign);
    const allNodes = members.all_nodes.map(foreign);
    const facts = { clusterNodes, allNodes };
    const missing = clusterNodes.filter((node) => !allNodes.includes(node));
    const detail = `${count(clusterNodes.length, "node")}: ${clusterNodes.join(", ")}`;
    if (missing.length === 0) return ok(detail, { facts });
    const next =
      "Bring the nodes back, or remove them from the cluster; a step that writes to every node needs them all.";
    return warning(`${detail}; out of reach: ${missing.join(", ")}`, next, { facts });
  },
};
