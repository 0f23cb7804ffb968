/** Whether a run has left nothing to do, so that the next one can skip parsing the files. */
import { unknownIncarnation } from "../../couch/inventory.js";
import { withoutSnapshot } from "../../generated/without-snapshot.js";
import { namedDatabases } from "../../kinds/targets.js";
import type { StoredLedger } from "../../ledger/ledger.js";
import { newestVersion } from "../../ledger/standing.js";
import { decide } from "../decide.js";
import { placeSteps } from "../places.js";
import type { Run } from "../session.js";
import type { Snapshot } from "./snapshot.js";

/** With more files than this, reading them again is not worthwhile. */
const maxReads = 2_000;

/**
 * `undefined`: something is left to do, or each run has to check for itself: steps that are checked on every run,
 * secrets, databases with an unknown incarnation, patterns if shard maps can't be read.
 */
export function takeSnapshot(
  {
    inventory,
    migrations: { steps, inputs },
    place,
    version,
  }: Pick<Run, "inventory" | "migrations" | "place" | "version">,
  stored: StoredLedger,
): Snapshot | undefined {
  if (!inputs || inputs.reads.length > maxReads) return undefined;
  if (steps.some(({ kind, secrets }) => secrets.size > 0 || withoutSnapshot.has(kind))) return undefined;
  const { existing } = inventory;
  if ([...existing.values()].includes(unknownIncarnation)) return undefined;
  // Another version may have been noted while this run waited for the lease.
  if (newestVersion(stored.ledger) !== version) return undefined;
  const seen = { incarnations: existing, secretsChanged: new Set<string>() };
  const decisions = decide(placeSteps({ steps, place }, existing), stored.ledger, seen, { place });
  if (decisions.some(({ state }) => state !== "applied")) return undefined;
  const stamp = inventory.stamp([...new Set(steps.flatMap(namedDatabases))].sort());
  if (!stamp) return undefined;
  const { release } = stored.ledger;
  const released = release ? { release: release.value } : {};
  const ids = steps.map(({ id }) => id);
  return { ...inputs, ledger: stored.rev, ...released, steps: ids, ...stamp };
}
