/** Removes what a set has created, and empties its ledger, so that the next `apply` creates everything. */
import { isDeepStrictEqual } from "node:util";
import { MigrateError } from "../../contract/errors.js";
import type { LeaseOptions, RunOptions } from "../../contract/options.js";
import type { ResetPlan } from "../../contract/reset.js";
import { takeLease } from "../../ledger/lease.js";
import type { StoredLedger } from "../../ledger/ledger.js";
import { writeLedger } from "../../ledger/store.js";
import { converge } from "../converge.js";
import { ensureLedger, type Run, runUnder, whenReached, withRun } from "../session.js";
import { type Survey, survey } from "./survey.js";
import { unapplied } from "./unapplied.js";

export interface ResetOptions extends RunOptions, LeaseOptions {
  /** Called once, before anything is written. False: nothing is removed. */
  agree(plan: ResetPlan): Promise<boolean>;
}

/**
 * Removes only the objects that the set has created according to its ledger, so it needs no files. It keeps the version
 * that the ledger notes. `undefined`: `agree` returned false.
 */
export async function reset({ agree, ...options }: ResetOptions): Promise<ResetPlan | undefined> {
  return withRun({ steps: [] }, options, async (run) => {
    const { couch, leasing, wait, emit, signal } = run;
    const agreed = await whenReached(run, () => survey(run));
    if (!agreed.stored) return agreed.plan;
    if (!(await agree(agreed.plan))) return undefined;
    couch.allowWrites();
    await ensureLedger(run);
    const { holder, leaseTtl: ttl, leaseWait } = leasing;
    const lease = await takeLease(couch, run.place, { holder, ttl, leaseWait, wait, emit, signal });
    try {
      couch.forget();
      const now = await survey(run);
      if (!isDeepStrictEqual(idsOf(now), idsOf(agreed))) throw changed();
      const held = runUnder(run, lease);
      const begun = await beginRemoval(held, now);
      await removeAll(held, now, () => lease.assertHeld());
      await forgetAll(held, begun);
      return now.plan;
    } finally {
      await lease.release();
    }
  });
}

/** The ids of the steps are only numbers, so equal ids are not enough. */
function idsOf({ removals }: Survey): unknown {
  return removals.map(({ step: { kind, desired }, target }) => ({ kind, desired, target }));
}

function changed(): MigrateError {
  const message = "the set was applied while the question was open, so more or less would be removed now";
  return new MigrateError("conflict", { message, next: "Run reset again." });
}

/** If the reset ends early, the next `apply` creates again what is already removed. The next reset continues. */
async function beginRemoval({ couch, place }: Run, { stored, removals }: Survey): Promise<StoredLedger | undefined> {
  if (!stored || removals.length === 0) return stored;
  return writeLedger(couch, place, stored, unapplied(stored.ledger), { exactly: true });
}

async function removeAll(run: Run, { removals }: Survey, assertHeld: () => void): Promise<void> {
  for (const { step, target } of removals) {
    run.signal.throwIfAborted();
    await converge(run, step, target, true, assertHeld);
  }
}

/** Only when everything is removed: a reset that ended early is continued by the next one. */
async function forgetAll({ couch, place }: Run, stored: StoredLedger | undefined): Promise<void> {
  if (!stored) return;
  await writeLedger(couch, place, stored, { ...stored.ledger, entries: {} }, { exactly: true });
}
