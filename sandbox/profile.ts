/**
 * Differences between CouchDB versions that matter to a client.
 *
 * The contract suite checks the embedded server and a real CouchDB 3.5 against the same expectations. Differences of
 * older versions are emulated from their documentation and source code, and no test compares them.
 */

export interface Profile {
  readonly version: string;
  /** The configuration is at `/_node/{node}/_config` (2.0); in older versions, at `/_config`. */
  readonly nodeConfig: boolean;
  /** `/_node/_local` is an alias for the node that answers (2.1.1). */
  readonly localAlias: boolean;
  readonly nodeName: string;
  /** `_up`, `_membership`, `_dbs_info`, Mango and clusters exist (2.0). */
  readonly clustered: boolean;
  /** A `_local` document can only be overwritten with its current `_rev` (1.x). */
  readonly checksLocalRevisions: boolean;
  /** A new database is for admins only, and so is `_all_dbs` (3.0). */
  readonly closedByDefault: boolean;
  /** Databases may be partitioned; older versions ignore the parameter (3.0). */
  readonly partitions: boolean;
  /** `POST /_dbs_info` (2.2). */
  readonly postDbsInfo: boolean;
  /** `GET /_dbs_info` exists, and `instance_start_time` is the creation time in seconds (3.3). */
  readonly creationSecond: boolean;
  /** Passwords use PBKDF2 with SHA-256 and 600,000 iterations, and accounts are locked after failed logins (3.4). */
  readonly strongPasswords: boolean;
}

export function profileOf(version: string): Profile {
  const since = (wanted: string) => compareVersions(version, wanted) >= 0;
  return {
    version,
    nodeConfig: since("2.0.0"),
    localAlias: since("2.1.1"),
    nodeName: since("3.0.0") ? "couchdb@127.0.0.1" : "nonode@nohost",
    clustered: since("2.0.0"),
    checksLocalRevisions: !since("2.0.0"),
    closedByDefault: since("3.0.0"),
    partitions: since("3.0.0"),
    postDbsInfo: since("2.2.0"),
    creationSecond: since("3.3.0"),
    strongPasswords: since("3.4.0"),
  };
}

function compareVersions(a: string, b: string): number {
  const numbers = (version: string) => version.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < 3; i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
