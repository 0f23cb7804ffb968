/** `_partition/{name}`: a few endpoints of a partitioned database, limited to one partition. */

import { badRequest, CouchError, methodNotAllowed, notFound, type Reply, reply } from "../reply.js";
import type { DatabaseContext, Endpoint } from "./endpoint.js";

const known = new Set(["_all_docs", "_find", "_index", "_explain", "_design"]);

/** @param inner handles the request without `_partition/{name}` in its path, and with `partition` in its query */
export async function partitionEndpoint(context: DatabaseContext, inner: Endpoint<DatabaseContext>): Promise<Reply> {
  const { database, request } = context;
  const [name, , partition, ...rest] = request.path;
  if (partition === undefined) throw badRequest("invalid_partition_req");
  if (partition.startsWith("_")) {
    throw new CouchError(400, "illegal_partition", "Partition must not start with an underscore");
  }
  if (!database.shape.partitioned) throw badRequest("database is not partitioned");
  if (rest.length === 0) {
    if (request.method !== "GET") throw methodNotAllowed("GET");
    return info(context, partition);
  }
  if (!known.has(rest[0] ?? "")) throw notFound();
  const query = new URLSearchParams(request.query);
  query.set("partition", partition);
  return inner({ ...context, request: { ...request, path: [name ?? "", ...rest], query } });
}

async function info({ database }: DatabaseContext, partition: string): Promise<Reply> {
  const { rows } = await database.pouch.allDocs({});
  const count = rows.filter(({ id }) => id.startsWith(`${partition}:`)).length;
  return reply({
    db_name: database.name,
    sizes: { active: 0, external: 0 },
    partition,
    doc_count: count,
    doc_del_count: 0,
  });
}
