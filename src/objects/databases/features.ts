/** What a database may need that not every server has. */
import { toMigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import { clusterNodes } from "../../couch/nodes.js";
import { isAtLeast } from "../../couch/version.js";
import { takesPartitions } from "../../couch/welcome.js";
import type { Refusal } from "../../steps/refusals.js";
import type { StepWarning } from "../../steps/warnings.js";
import { type Limits, purgedInfosSince } from "./limits.js";
import { otherShard, type Shape } from "./shape.js";

export interface Server {
  readonly version: string;
  readonly takesPartitions: boolean;
  /** Absent: unknown. */
  readonly nodes?: number;
}

export async function readServer(couch: Couch, { partitioned, n }: Shape): Promise<Server> {
  const version = await couch.version();
  const nodes = n === undefined ? undefined : await countNodes(couch);
  return {
    version,
    takesPartitions: !partitioned || (await takesPartitions(couch)),
    ...(nodes === undefined ? {} : { nodes }),
  };
}

/** `undefined`: the user may not have the permission to read it. */
async function countNodes(couch: Couch): Promise<number | undefined> {
  try {
    return (await clusterNodes(couch)).length;
  } catch (thrown) {
    if (["missing-permission", "nodes-closed"].includes(toMigrateError(thrown).code)) return undefined;
    throw thrown;
  }
}

/** CouchDB creates no more copies than it has nodes, without any message. */
export function tooManyCopies({ name, n }: Shape, server: Server | undefined): StepWarning[] {
  const { nodes } = server ?? {};
  return n !== undefined && nodes !== undefined && n > nodes ? [otherShard(name, "n", nodes, n)] : [];
}

export function noPartitions({ name, partitioned }: Shape, server: Server | undefined): Refusal[] {
  if (!partitioned || server?.takesPartitions !== false) return [];
  return [{ code: "no-partitions", database: name, version: server.version }];
}

export function noLimit({ name, purgedInfosLimit }: Shape & Limits, server: Server | undefined): Refusal[] {
  if (purgedInfosLimit === undefined || !server || isAtLeast(server.version, purgedInfosSince)) return [];
  return [{ code: "no-purged-infos-limit", database: name, version: server.version, since: purgedInfosSince }];
}
