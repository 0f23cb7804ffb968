/** Removes what `stage` has built ahead for a set, and is not deployed. */
import pMap from "p-map";
import type { LeaseOptions, RunOptions } from "../../contract/options.js";
import type { AbortResult, FailedDatabase, RemovedStaged } from "../../contract/results.js";
import type { Couch } from "../../couch/couch.js";
import { recordRun } from "../../ledger/history.js";
import { groupRows, keyOf, readRegistry, rowsOf, type StagedRow, writeRegistry } from "../../ledger/staged-registry.js";
import { removeStaged } from "../../objects/design-docs/staged-state.js";
import { assertOwnEnvironment } from "../own-environment.js";
import { recordHead } from "../run-record.js";
import { type Run, whenReached, withRun } from "../session.js";
import { withoutSecrets } from "../without-secrets.js";
import { endsStage } from "./endings.js";
import { ShortLease } from "./short-lease.js";

/**
 * Removes the indexes that `stage` has built ahead for the set and that no `apply` has deployed, in all databases. Needs
 * no migration files. A `stage` that runs meanwhile ends with `staged-removed`.
 */
export async function abortStage(
  options: RunOptions & LeaseOptions & { readonly timeout?: number },
): Promise<AbortResult> {
  const began = performance.now();
  return withRun({ steps: [] }, options, async (run) => {
    const { couch, place } = run;
    await whenReached(run, () => assertOwnEnvironment(run));
    const { groups } = await readRegistry(couch, place);
    const removed = new Map<string, RemovedStaged>();
    const failures = new Map<string, FailedDatabase>();
    const startedAt = new Date();
    if (groups.length > 0) {
      await new ShortLease(run).exclusively((held) => removeAll(run, held, removed, failures));
      await recordRun(couch, place, {
        ...recordHead(run, { startedAt, milliseconds: performance.now() - began }),
        result: failures.size > 0 ? "failed" : "removed",
        command: "stage --abort",
        applied: [],
        adopted: [],
        failures: [],
      });
    }
    return {
      formatVersion: 1,
      set: place.set,
      removed: [...removed.values()],
      failures: [...failures.values()],
      requests: { ...couch.requests },
      milliseconds: Math.round(performance.now() - began),
    };
  });
}

/** Rows stay registered if their documents could not be removed. */
async function removeAll(
  run: Run,
  couch: Couch,
  removed: Map<string, RemovedStaged>,
  failures: Map<string, FailedDatabase>,
): Promise<void> {
  const { place, concurrency, signal } = run;
  // If the lease was lost, the work is repeated.
  failures.clear();
  const registry = await readRegistry(couch, place);
  const left: StagedRow[] = [];
  const all = rowsOf(registry);
  await pMap(
    new Set(all.map(({ database }) => database)),
    async (database) => {
      const rows = all.filter((row) => row.database === database);
      try {
        const byName = new Map(rows.map((row) => [row.name, row]));
        for (const { name, bytes } of await removeStaged(couch, database, [...byName.keys()], place.set)) {
          const row = byName.get(name);
          if (row) removed.set(keyOf(row), { ...row, ...(bytes === undefined ? {} : { bytes }) });
        }
      } catch (thrown) {
        if (signal.aborted || endsStage(thrown)) throw thrown;
        const { code, message, next } = withoutSecrets(thrown, run.secrets);
        failures.set(database, { database, code, message, next });
        left.push(...rows);
      }
    },
    { concurrency, signal },
  );
  await writeRegistry(couch, place, { ...registry, aborts: registry.aborts + 1, groups: groupRows(left) });
}
