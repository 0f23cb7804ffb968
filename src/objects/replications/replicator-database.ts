/** The databases whose documents are replications: `_replicator`, and those that end in `/_replicator`. Pure. */
import type { Schema } from "../../steps/schema.js";

export interface InReplicator {
  readonly id: string;
  /** Absent: `_replicator`. */
  readonly database?: string;
}

export const replicatorDatabase: Schema = {
  type: "string",
  description: "The database of the replication: `_replicator`, or one whose name ends in `/_replicator`.",
  pattern: "^(?:_replicator|[a-z][a-z0-9_$()+/-]*/_replicator)$",
  maxLength: 238,
  default: "_replicator",
  examples: ["zerg/_replicator"],
  variables: true,
};

export function isReplicator(database: string): boolean {
  return database === "_replicator" || database.endsWith("/_replicator");
}

export function replicatorOf({ database = "_replicator" }: InReplicator): string {
  return database;
}

/** Without `database` if it is the default, so that both spellings are the same step. */
export function placeOf({ id, database }: InReplicator): InReplicator {
  return database === undefined || database === "_replicator" ? { id } : { id, database };
}

/** `link`, or `link in zerg/_replicator`. */
export function replicationName({ id, database }: InReplicator): string {
  return database === undefined ? id : `${id} in ${database}`;
}

export function replicationClaim({ id, database }: InReplicator): string {
  return database === undefined ? `replication/${id}` : `replication of ${database}/${id}`;
}
