/**
 * Tells the next run that it has nothing to do, without reading the ledger or parsing the files.
 *
 * The snapshot is in the lease document: the lease's holder leaves it there when everything is done. Only a holder of
 * the lease writes the ledger, and taking the lease rewrites that document by compare-and-set. So a snapshot in it is
 * valid, and a late runner can't put back an old one. The ledger's revision shows whether someone edited the ledger
 * by hand.
 */
import type { Couch } from "../../couch/couch.js";
import { isStamp, type Stamp } from "../../couch/stamp.js";
import { parseLeaves } from "../../ledger/parse-leaves.js";
import { type LedgerPlace, leasePath } from "../../ledger/place.js";
import type { Inputs } from "../../migrations/inputs.js";
import { isObject, isStringArray } from "../../text/json.js";

/**
 * A run has left nothing to do: these files are the newest version, and every step of them is recorded, in databases
 * with these incarnations.
 */
export interface Snapshot extends Inputs, Stamp {
  /** The ledger's revision. */
  readonly ledger: string;
  /** The ledger's release. Absent: none. */
  readonly release?: string;
  /** Ids, in the order of the files. */
  readonly steps: readonly string[];
}

/** Sends one request. `undefined`: there is no snapshot, or the lease is held or in doubt. */
export async function readSnapshot(couch: Couch, place: LedgerPlace): Promise<Snapshot | undefined> {
  const options = { query: { open_revs: "all" }, accept: [404], fresh: true, keep: false };
  const { status, body } = await couch.read(leasePath(place), options);
  const leaves = status === 404 ? [] : (parseLeaves(body) ?? []);
  const [lease, ...others] = leaves.filter((leaf) => !leaf.deleted);
  return others.length === 0 && isSnapshot(lease?.snapshot) ? lease.snapshot : undefined;
}

/** Whether this version can read it. */
function isSnapshot(value: unknown): value is Snapshot {
  if (!isObject(value)) return false;
  const { digest, reads, variables, ledger, release = "", steps } = value;
  return (
    typeof digest === "string" &&
    typeof ledger === "string" &&
    typeof release === "string" &&
    Array.isArray(reads) &&
    reads.every((read) => isStringArray(read) && read.length === 2 && ways.has(read[0] ?? "")) &&
    isStringArray(variables) &&
    isStringArray(steps) &&
    isStamp(value)
  );
}

const ways: ReadonlySet<string> = new Set(["file", "folder", "what"]);
