/**
 * What lets the next run know that it has nothing to do, without reading the ledger and without parsing the files.
 *
 * It lies in the lease, where its holder leaves it when all is done. Nobody writes the ledger but by the lease, and
 * whoever takes the lease writes that document anew, by compare-and-set: so a snapshot that stands there holds, and no
 * late runner puts an old one back. What people do to the ledger by hand is told by its revision.
 */
import type { Couch } from "../../couch/couch.js";
import { isStamp, type Stamp } from "../../couch/stamp.js";
import { parseLeaves } from "../../ledger/parse-leaves.js";
import { type LedgerPlace, leasePath } from "../../ledger/place.js";
import type { Inputs } from "../../migrations/inputs.js";
import { isObject, isStringArray } from "../../text/json.js";

/** A run has left nothing to do: these files are the newest version, and every step of them is recorded, in databases of these incarnations. */
export interface Snapshot extends Inputs, Stamp {
  /** The ledger's revision. */
  readonly ledger: string;
  /** The ledger's release. Absent: it has none. */
  readonly release?: string;
  /** Ids, in the order of the files. */
  readonly steps: readonly string[];
}

/** One request. `undefined`: there is none, or the lease is held, or in doubt. */
export async function readSnapshot(couch: Couch, place: LedgerPlace): Promise<Snapshot | undefined> {
  const options = { query: { open_revs: "all" }, accept: [404], fresh: true, keep: false };
  const { status, body } = await couch.read(leasePath(place), options);
  const leaves = status === 404 ? [] : (parseLeaves(body) ?? []);
  const [lease, ...others] = leaves.filter((leaf) => !leaf.deleted);
  return others.length === 0 && isSnapshot(lease?.snapshot) ? lease.snapshot : undefined;
}

/** Can this version read it? */
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
