/**
 * The commands that carry out a person's decision: forget a step, accept a changed one, break a lease, wait for a
 * server.
 */
import { MigrateError } from "../contract/errors.js";
import { type LeaseOptions, nameHint, namePattern, type RunOptions } from "../contract/options.js";
import type { PartHolder, Unlocked } from "../contract/results.js";
import { kindOf, namedDatabases } from "../kinds/targets.js";
import { acceptStep, forgetStep } from "../ledger/edit.js";
import { claimedBy, refusedEnvironment, correctEnvironment as withEnvironment } from "../ledger/environment.js";
import { breakLease, readLease, takeLease } from "../ledger/lease.js";
import type { Ledger } from "../ledger/ledger.js";
import { correctRelease as withRelease } from "../ledger/note-version.js";
import { readPartLeases } from "../ledger/part-leases.js";
import type { LeasePlace, LedgerPlace } from "../ledger/place.js";
import { renameEntries } from "../ledger/renames.js";
import { readLedger, writeLedger } from "../ledger/store.js";
import type { Migrations, Step } from "../migrations/step.js";
import { version } from "../version.js";
import { existingDatabases } from "./assess.js";
import { assertOwnEnvironment } from "./own-environment.js";
import { placeSteps } from "./places.js";
import { asRelease } from "./release-of.js";
import { ensureLedger, type Run, ready, withRun } from "./session.js";

/** Removes a step from the ledger. If it is in the files, it is pending again. */
export async function forget(id: string, options: RunOptions & LeaseOptions): Promise<void> {
  await editLedger(
    options,
    owned((ledger, { place }) => forgetStep(ledger, id, place)),
  );
}

/** Corrects the release that the ledger records for the set; `none` removes it. */
export async function correctRelease(release: number | string, options: RunOptions & LeaseOptions): Promise<void> {
  const value = release === "none" ? undefined : asRelease(String(release));
  await editLedger(
    options,
    owned((ledger, { place }) => withRelease(existing(ledger, place, "release"), value)),
  );
}

/** Corrects the environment that the ledger belongs to; with `none`, it belongs to that of the next run. */
export async function correctEnvironment(environment: string, options: RunOptions & LeaseOptions): Promise<void> {
  const value = environment === "none" ? undefined : environment;
  if (!namePattern.test(environment)) {
    const message = `${JSON.stringify(environment)} can't be an environment: it needs ${nameHint}`;
    throw new MigrateError("invalid-settings", { message });
  }
  await editLedger(options, (ledger, { place }) => withEnvironment(existing(ledger, place, "environment"), value));
}

/** A mistyped set must not get a ledger, while the intended set stays as it is. */
function existing(ledger: Ledger, place: LedgerPlace, what: string): Ledger {
  if (!ledger.versions && Object.keys(ledger.entries).length === 0) throw noLedger(place, what);
  return ledger;
}

function noLedger({ set, database }: LedgerPlace, what: string): MigrateError {
  const message = `the set ${set} has no ledger in ${database}, so it has no ${what}`;
  return new MigrateError("not-in-ledger", { message, next: "Check --set and --ledger-database." });
}

/**
 * Records a step as applied, in its present form, in the databases that exist now, without running it. Use it for a
 * step that was edited after it was applied, or whose database was restored or recreated with the step's work in it.
 */
export async function accept(id: string, migrations: Migrations, options: RunOptions & LeaseOptions): Promise<void> {
  const step = migrations.steps.find((one) => one.id === id);
  if (!step) throw new MigrateError("not-in-ledger", { message: `no step in the files has the id ${id}` });
  const recorded = async (ledger: Ledger, run: Run) => {
    const renamed = renameEntries(ledger, [step]).ledger ?? ledger;
    const databases = await databasesOf(step, run);
    return claimedBy(acceptStep(renamed, step, { databases, at: new Date(), version }), run.place);
  };
  await editLedger(options, owned(recorded), migrations);
}

/** The databases that the step works in now, each with its incarnation. */
async function databasesOf(step: Step, run: Run): Promise<Record<string, string>> {
  const existing = await existingDatabases(run);
  const placed = placeSteps(run, existing).find((one) => one.step.id === step.id);
  const names = kindOf(step).scope === "server" ? namedDatabases(step) : (placed?.databases ?? []);
  return Object.fromEntries(
    names.flatMap((name) => {
      const incarnation = existing.get(name);
      return incarnation === undefined ? [] : [[name, incarnation] as const];
    }),
  );
}

/**
 * Releases the lease of the set and those of its parts, regardless of their holders, and returns who held them. If
 * one can't be released, the others are still released; then it throws.
 */
export async function unlock(options: RunOptions): Promise<Unlocked> {
  return withRun({ steps: [] }, options, async (run) => {
    await reach(run);
    await assertOwnEnvironment(run);
    const { couch, place, leasing } = run;
    const [held, partsHeld] = await Promise.all([readLease(couch, place), readPartLeases(couch, place)]);
    if (held || partsHeld.length > 0) couch.allowWrites();
    const failures: unknown[] = [];
    const release = async (where: LeasePlace) => {
      const broken = await breakLease(couch, where, leasing.holder).catch(
        (error: unknown) => void failures.push(error),
      );
      return broken ? { holder: broken.holder, since: broken.since } : null;
    };
    const lease = held && (await release(place));
    const parts: PartHolder[] = [];
    for (const { part } of partsHeld) {
      const released = await release({ ...place, part });
      if (released) parts.push({ ...part, ...released });
    }
    if (failures.length > 0) throw failures[0];
    return { lease, parts };
  });
}

/** Resolves when CouchDB is ready, by the same criteria as `apply`. */
export async function wait(options: RunOptions): Promise<void> {
  await withRun({ steps: [] }, options, reach);
}

async function reach(run: Run): Promise<void> {
  await ready(run, false);
  run.reach.connected = true;
}

type Edit = (ledger: Ledger, run: Run) => Ledger | Promise<Ledger>;

/** The same edit, for a ledger that belongs to the environment of the run. A run without steps need not have one. */
function owned(edit: Edit): Edit {
  return (ledger, run) => {
    const { place, steps } = run;
    const refusal = steps.length > 0 || place.environment ? refusedEnvironment(ledger, place) : undefined;
    if (refusal) throw refusal;
    return edit(ledger, run);
  };
}

async function editLedger(
  options: RunOptions & LeaseOptions,
  edit: Edit,
  migrations: Migrations | { readonly steps: [] } = { steps: [] },
): Promise<void> {
  await withRun(migrations, options, async (run) => {
    await reach(run);
    const before = await readLedger(run.couch, run.place);
    const empty: Ledger = { formatVersion: 1, set: run.place.set, entries: {} };
    // Refuse what can't be done before anything is written.
    await edit(before?.ledger ?? empty, run);
    run.couch.allowWrites();
    await ensureLedger(run);
    const { holder, leaseTtl: ttl, leaseWait } = run.leasing;
    const { emit, signal } = run;
    const lease = await takeLease(run.couch, run.place, { holder, ttl, leaseWait, wait: run.wait, emit, signal });
    try {
      run.couch.forget();
      const stored = await readLedger(run.couch, run.place);
      const ledger = await edit(stored?.ledger ?? empty, run);
      await writeLedger(run.couch.under(lease), run.place, stored, ledger, { exactly: true });
    } finally {
      await lease.release();
    }
  });
}
