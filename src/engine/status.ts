/** The ledger against the files against the server. Sends no request that writes. */
import { heldFor } from "../ledger/held-for.js";
import { readHistory } from "../ledger/history.js";
import { readLease } from "../ledger/lease.js";
import type { Ledger } from "../ledger/ledger.js";
import { readPartLeases } from "../ledger/part-leases.js";
import type { Migrations } from "../migrations/step.js";
import type { RunOptions } from "../options.js";
import type { PlannedStep, Status, StatusStep } from "../results.js";
import { planRun } from "./plan.js";
import { lookWhenReady, withRun } from "./run.js";

interface Holder {
  readonly holder: string;
  readonly since: string;
}

/** Without `migrations`: what the ledger says was applied, the lease and the history. */
export async function status(migrations: Migrations | undefined, options: RunOptions): Promise<Status> {
  return withRun(migrations ?? { steps: [] }, { ...options, expectsServer: true }, async (run) => {
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
      files: migrations !== undefined,
      steps: migrations ? stepsOf(planned.steps, entries) : appliedSteps(entries),
      orphaned: migrations ? seen.orphaned : [],
      lease: lease && holderOf(lease),
      parts: parts.map(({ part, ...lease }) => ({ ...part, ...holderOf(lease) })),
      runs,
    };
  });
}

type Entries = Ledger["entries"];

function stepsOf(steps: readonly PlannedStep[], entries: Entries): StatusStep[] {
  return steps.map(({ id, kind, state, notes }) => {
    const entry = Object.hasOwn(entries, id) ? entries[id] : undefined;
    return { id, kind, state, appliedAt: entry?.appliedAt ?? null, notes };
  });
}

function appliedSteps(entries: Entries): StatusStep[] {
  return Object.entries(entries).map(([id, { kind, appliedAt }]) => {
    return { id, kind, state: "applied", appliedAt, notes: [] };
  });
}

function holderOf({ holder, since }: Holder): Holder & { readonly millisecondsHeld?: number } {
  const millisecondsHeld = heldFor(since);
  return { holder, since, ...(millisecondsHeld === undefined ? {} : { millisecondsHeld }) };
}
