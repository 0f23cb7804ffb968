/** Endpoints about the server itself. */

import { randomUUID } from "node:crypto";
import { requireServerAdmin } from "../authorization.js";
import { badRequest, notFound, reply } from "../reply.js";
import { jsonObjectBody } from "../request.js";
import { type Context, endpoint } from "./endpoint.js";

export const welcome = endpoint<Context>("GET,HEAD", {
  GET: ({ node: { profile, uuid } }) => {
    const vendor = { name: "The Apache Software Foundation" };
    if (!profile.clustered) {
      return reply({
        couchdb: "Welcome",
        uuid,
        version: profile.version,
        vendor: { version: profile.version, ...vendor },
      });
    }
    const features = profile.partitions ? ["partitioned", "pluggable-storage-engines", "scheduler"] : ["scheduler"];
    return reply({ couchdb: "Welcome", version: profile.version, git_sha: "embedded", uuid, features, vendor });
  },
});

export const up = endpoint<Context>("GET,HEAD", { GET: () => reply({ status: "ok", seeds: {} }) });

export const uuids = endpoint<Context>("GET", {
  GET: ({ request }) => {
    const count = Number(request.query.get("count") ?? 1);
    if (!Number.isInteger(count) || count < 0 || count > 1000) throw badRequest("count must be a positive integer");
    return reply({ uuids: Array.from({ length: count }, () => randomUUID().replaceAll("-", "")) });
  },
});

export const membership = endpoint<Context>("GET", {
  GET: ({ node: { profile } }) => reply({ all_nodes: [profile.nodeName], cluster_nodes: [profile.nodeName] }),
});

/** Always empty: nothing in the sandbox takes long. */
export const activeTasks = endpoint<Context>("GET,HEAD", {
  GET: ({ user }) => {
    requireServerAdmin(user);
    return reply([]);
  },
});

/** Always empty: nothing replicates. */
export const scheduler = endpoint<Context>("GET,HEAD", {
  GET: ({ request }) => {
    const what = request.path[1];
    if (what !== "jobs" && what !== "docs") throw notFound();
    return reply({ total_rows: 0, offset: 0, [what]: [] });
  },
});

/** The node is set up from the start, as if `single_node = true` were configured. */
export const clusterSetup = endpoint<Context>("GET,POST", {
  GET: () => reply({ state: "single_node_enabled" }),
  POST: ({ request }) => {
    const { action } = jsonObjectBody(request);
    if (action === "finish_cluster") throw badRequest("Cluster is already finished");
    if (action === "enable_single_node" || action === "enable_cluster") throw badRequest("Cluster is already enabled");
    throw badRequest("Invalid Action'");
  },
});
