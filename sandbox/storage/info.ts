/** The content of `GET /db` and `_dbs_info` for a database. */

import type { JsonObject } from "../json.js";
import type { Database } from "./database.js";

/** An update sequence as clients see it: the number, and a part that they must treat as opaque. */
export function updateSequence(seq: number): string {
  return `${seq}-g1AAAACreJzLYWBgYMpgTmEQ`;
}

export async function databaseInfo(database: Database): Promise<JsonObject> {
  const { doc_count, update_seq } = await database.pouch.info();
  const { q, n, partitioned } = database.shape;
  const { clustered, creationSecond } = database.profile;
  return {
    instance_start_time: creationSecond ? String(database.created) : "0",
    db_name: database.name,
    purge_seq: clustered ? updateSequence(0) : 0,
    update_seq: clustered ? updateSequence(update_seq) : update_seq,
    sizes: { file: 0, external: 0, active: 0 },
    ...(clustered ? { props: partitioned ? { partitioned: true } : {} } : {}),
    doc_del_count: await database.deletedCount(),
    doc_count,
    disk_format_version: 8,
    compact_running: false,
    ...(clustered ? { cluster: { q, n, w: 1, r: 1 } } : {}),
  };
}
