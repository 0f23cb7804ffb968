/** Whether a run has left nothing to do, for the next one to know without parsing the files. */
import type { Couch } from "../couch/couch.js";
import { shardMaps, worthAListing } from "../couch/shard-maps.js";
import { withoutSnapshot } from "../generated/without-snapshot.js";
import type { StoredLedger } from "../ledger/ledger.js";
import type { Snapshot } from "../ledger/snapshot.js";
import type { Migrations } from "../migrations/step.js";
import { isPattern, namedDatabases } from "../steps/targets.js";
import { decide, type PlacedStep } from "./decide.js";

/** More files than this are not read again for nothing. */
const mostReads = 2_000;

/** Milliseconds. The lease is held meanwhile, and all that is won is time. */
const patience = 2_000;

type Inputs = Pick<Migrations, "steps" | "inputs">;

/**
 * `undefined`: something is left, or it has to be found out by each run anew: what is looked at on every run, secrets,
 * patterns, databases whose incarnation is not known.
 *
 * @param existing incarnations of the databases that exist
 */
export async function takeSnapshot(
  couch: Couch,
  migrations: Inputs,
  placed: readonly PlacedStep[],
  stored: StoredLedger,
  existing: ReadonlyMap<string, string>,
): Promise<Snapshot | undefined> {
  const snapshot = snapshotOf(migrations, placed, stored, existing);
  if (!snapshot) return undefined;
  const there = Object.keys(snapshot.databases).filter((name) => existing.has(name));
  if (there.length < worthAListing) return snapshot;
  const maps = await shardMaps(couch, there, { incarnations: true, signal: AbortSignal.timeout(patience) });
  if (!maps) return snapshot;
  // One of them was deleted or made anew meanwhile: the next run has to see it.
  if (there.some((name) => maps.get(name)?.incarnation !== existing.get(name))) return undefined;
  return { ...snapshot, shardMaps: Object.fromEntries([...maps].map(([name, { rev }]) => [name, rev])) };
}

/** Pure. */
function snapshotOf(
  { steps, inputs }: Inputs,
  placed: readonly PlacedStep[],
  stored: StoredLedger,
  existing: ReadonlyMap<string, string>,
): Snapshot | undefined {
  if (!inputs || inputs.reads.length > mostReads) return undefined;
  if (steps.some(({ kind, secrets }) => secrets.size > 0 || withoutSnapshot.has(kind))) return undefined;
  const names = [...new Set(steps.flatMap(namedDatabases))].sort();
  if (names.some((name) => isPattern(name) || existing.get(name) === "0")) return undefined;
  const decisions = decide(placed, stored.ledger, { incarnations: existing, secretsChanged: new Set() });
  if (decisions.some(({ state }) => state !== "applied")) return undefined;
  const databases = Object.fromEntries(names.map((name) => [name, existing.get(name) ?? null]));
  return { ...inputs, ledger: stored.rev, steps: steps.map(({ id }) => id), databases };
}
