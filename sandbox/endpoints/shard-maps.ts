/**
 * The shard maps of all databases. CouchDB keeps them as documents of the node's own database `_dbs`; only their
 * listing is supported.
 */

import type { Node } from "../node.js";
import { notFound, type Reply, reply } from "../reply.js";
import { compareRaw } from "../views/collation.js";
import { parseParameters } from "../views/parameters.js";
import { selectRows } from "../views/select.js";
import { type Context, endpoint } from "./endpoint.js";

/** @param path the path after `_dbs` */
export async function shardMapsEndpoint(context: Context, path: readonly string[]): Promise<Reply> {
  if (path.length !== 1 || path[0] !== "_all_docs") throw notFound();
  return listing(context);
}

const listing = endpoint<Context>("GET,HEAD", {
  GET: ({ node, request }) => {
    const parameters = parseParameters(request.query);
    const maps = new Map(node.databases.names().map((name) => [name, shardMap(node, name)]));
    const all = [...maps].map(([id, { _rev }]) => ({ id, key: id, value: { rev: _rev } }));
    const { offset, rows } = selectRows(all, parameters, compareRaw);
    const shown = parameters.includeDocs ? rows.map((row) => ({ ...row, doc: maps.get(row.id) })) : rows;
    return reply({ total_rows: all.length, offset, rows: shown });
  },
});

function shardMap({ databases, profile: { nodeName } }: Node, name: string) {
  const whole = "00000000-ffffffff";
  return {
    _id: name,
    _rev: databases.mapRevision(name),
    shard_suffix: [...Buffer.from(`.${databases.get(name).created}`)],
    by_node: { [nodeName]: [whole] },
    by_range: { [whole]: [nodeName] },
  };
}
