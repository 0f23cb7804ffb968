/** Whether a run has left nothing to do, for the next one to know without parsing the files. Pure. */
import { knownShardMap } from "../../couch/databases.js";
import { type ShardMap, worthAListing } from "../../couch/shard-maps.js";
import { withoutSnapshot } from "../../generated/without-snapshot.js";
import { filesVersion } from "../../ledger/files-version.js";
import type { StoredLedger } from "../../ledger/ledger.js";
import type { LedgerPlace } from "../../ledger/place.js";
import { newestVersion } from "../../ledger/standing.js";
import type { Migrations } from "../../migrations/step.js";
import { isPattern, namedDatabases } from "../../steps/targets.js";
import { decide, type PlacedStep } from "../decide.js";
import { placeSteps } from "../places.js";
import type { Run } from "../session.js";
import type { Snapshot } from "./snapshot.js";

/** More files than this are not read again for nothing. */
const mostReads = 2_000;

export function snapshotOf(
  run: Run,
  stored: StoredLedger,
  existing: ReadonlyMap<string, string>,
): Snapshot | undefined {
  const inputs = { ...run.migrations, place: run.place };
  return takeSnapshot(inputs, placeSteps(run, existing), stored, existing, (name) => knownShardMap(run.couch, name));
}

type Inputs = Pick<Migrations, "steps" | "inputs"> & { readonly place: LedgerPlace };

/**
 * `undefined`: something is left, or it has to be found out by each run anew: what is looked at on every run, secrets,
 * patterns, databases whose incarnation is not known.
 *
 * @param existing incarnations of the databases that exist
 * @param shardMap the map of a database, as it was last seen
 */
function takeSnapshot(
  { steps, inputs, place }: Inputs,
  placed: readonly PlacedStep[],
  stored: StoredLedger,
  existing: ReadonlyMap<string, string>,
  shardMap: (database: string) => ShardMap | undefined,
): Snapshot | undefined {
  if (!inputs || inputs.reads.length > mostReads) return undefined;
  if (steps.some(({ kind, secrets }) => secrets.size > 0 || withoutSnapshot.has(kind))) return undefined;
  const names = [...new Set(steps.flatMap(namedDatabases))].sort();
  if (names.some((name) => isPattern(name) || existing.get(name) === "0")) return undefined;
  // Another version may have been noted while this one waited for the lease.
  if (newestVersion(stored.ledger) !== filesVersion(steps)) return undefined;
  const seen = { incarnations: existing, secretsChanged: new Set<string>() };
  const decisions = decide(placed, stored.ledger, seen, { place });
  if (decisions.some(({ state }) => state !== "applied")) return undefined;
  const databases = Object.fromEntries(names.map((name) => [name, existing.get(name) ?? null]));
  const { release } = stored.ledger;
  const released = release ? { release: release.value } : {};
  const snapshot = { ...inputs, ledger: stored.rev, ...released, steps: steps.map(({ id }) => id), databases };
  const there = names.filter((name) => existing.has(name));
  const known = there.flatMap((name) => {
    const map = shardMap(name);
    return map && map.incarnation === existing.get(name) ? [[name, map.rev] as const] : [];
  });
  if (names.length < worthAListing || known.length < there.length) return snapshot;
  return { ...snapshot, shardMaps: Object.fromEntries(known) };
}
