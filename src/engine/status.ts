/** The ledger against the files against the server. Sends no request that writes. */
import { heldFor } from "../ledger/held-for.js";
import { readHistory } from "../ledger/history.js";
import { readLease } from "../ledger/lease.js";
import { readPartLeases } from "../ledger/part-leases.js";
import type { Migrations } from "../migrations/step.js";
import type { RunOptions } from "../options.js";
import type { Status } from "../results.js";
import { planRun } from "./plan.js";
import { lookWhenReady, withRun } from "./run.js";

interface Holder {
  readonly holder: string;
  readonly since: string;
}

export async function status(migrations: Migrations, options: RunOptions): Promise<Status> {
  return withRun(migrations, options, async (run) => {
    const seen = await lookWhenReady(run);
    const planned = await planRun(run, seen);
    const entries = seen.stored?.ledger.entries ?? {};
    const { couch, place } = run;
    const [lease, parts, runs] = await Promise.all([
      readLease(couch, place),
      readPartLeases(couch, place),
      readHistory(couch, place),
    ]);
    return {
      formatVersion: 1,
      set: run.place.set,
      server: planned.server,
      steps: planned.steps.map(({ id, kind, state, notes }) => {
        const entry = Object.hasOwn(entries, id) ? entries[id] : undefined;
        return { id, kind, state, appliedAt: entry?.appliedAt ?? null, notes };
      }),
      orphaned: seen.orphaned,
      lease: lease && holderOf(lease),
      parts: parts.map(({ part, ...lease }) => ({ ...part, ...holderOf(lease) })),
      runs,
    };
  });
}

function holderOf({ holder, since }: Holder): Holder & { readonly millisecondsHeld?: number } {
  const millisecondsHeld = heldFor(since);
  return { holder, since, ...(millisecondsHeld === undefined ? {} : { millisecondsHeld }) };
}
