/** Opens a run against a server, waits for CouchDB, and closes the run. */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { MigrateError, toMigrateError } from "../contract/errors.js";
import type { Listener } from "../contract/events.js";
import { type ApplyOptions, defaults, type LeaseOptions, type RunOptions } from "../contract/options.js";
import type { Gateway } from "../couch/gateway.js";
import type { Guard } from "../couch/guard.js";
import { type Inventory, inventoryOf } from "../couch/inventory.js";
import { connectionIn } from "../couch/nano-connection.js";
import { jitter } from "../couch/pause.js";
import { waitUntilReady } from "../couch/ready.js";
import { ensureLedgerDatabase } from "../ledger/database.js";
import type { Derivations } from "../ledger/fingerprint.js";
import type { LedgerPlace } from "../ledger/store.js";
import type { Migrations, Step } from "../migrations/step.js";
import type { Secrets } from "../secrets/secrets.js";
import { ScriptOutput } from "../steps/script-output.js";
import { type FirstLook, openServer, placeOf, shortestFirstLook, silence } from "./open-server.js";
import type { Outcome } from "./outcome.js";
import { releaseOf } from "./release-of.js";
import { assertLedgerLeftAlone, assertVariablesSet } from "./set-checks.js";
import { type Stopper, stopper } from "./stop.js";
import { withoutSecrets } from "./without-secrets.js";

/** A run against one server. */
export interface Run {
  readonly couch: Gateway;
  /** What exists on the server. */
  readonly inventory: Inventory;
  readonly secrets: Secrets;
  readonly place: LedgerPlace;
  readonly steps: readonly Step[];
  /** The steps, and what they were read from. */
  readonly migrations: RunMigrations;
  /** The first request, where it was sent before the run was opened. */
  readonly first: FirstLook | undefined;
  readonly emit: Listener;
  readonly scriptOutput: ScriptOutput;
  readonly signal: AbortSignal;
  /** What has stopped the run; `undefined`: nothing yet. */
  why(): MigrateError | undefined;
  /** What has become of its steps up to now. */
  readonly outcomes: Outcome[];
  readonly derivations: Derivations;
  readonly wait: number;
  /** As `wait`, for a server that answers. */
  readonly patience: number;
  /** Whether CouchDB could be worked with, and what was last waited for. */
  readonly reach: Reach;
  readonly concurrency: number;
  readonly allowRevert: boolean;
  /** Canonical. */
  readonly release: string | undefined;
  readonly allowDestroy: boolean;
  readonly verify: boolean;
  /** Documents per second, for steps that change many. */
  readonly rate: number | undefined;
  readonly builds: number;
  readonly scriptTimeout: number;
  /** False: what steps would do to documents is not looked at. Default: a plan shows it. */
  readonly previews?: false;
  readonly leasing: Required<LeaseOptions>;
}

/** The run as far as the guard allows it to write. */
export function runUnder(run: Run, guard: Guard): Run {
  return { ...run, couch: run.couch.under(guard) };
}

type OpenOptions = RunOptions &
  LeaseOptions & {
    readonly first?: FirstLook | undefined;
    /** One that is not there is waited for only where `wait` says so. */
    readonly expectsServer?: boolean;
    /** Secrets may be unknown. */
    readonly unknownSecrets?: boolean;
  };

interface Reach {
  connected: boolean;
  waitedFor: string | undefined;
}

/** What of a migration set a run needs; upkeep has none. */
type RunMigrations = Pick<Migrations, "steps" | "inputs" | "unset"> & Partial<Pick<Migrations, "path">>;

/**
 * `soft` stops the run between two requests; `run.couch.cut` ends those under way; after `hard` none is sent.
 */
function openRun(migrations: RunMigrations, options: OpenOptions, { soft, hard, why }: Stopper): Run {
  const { steps } = migrations;
  assertVariablesSet(migrations, options.unknownSecrets);
  const place = placeOf(options);
  assertLedgerLeftAlone(steps, place.database);
  const reach: Reach = { connected: false, waitedFor: undefined };
  const emit: Listener = (event) => {
    if (event.type === "waiting") reach.waitedFor = event.reason;
    options.emit?.(event);
  };
  const { couch, secrets } = options.first ?? openServer({ ...options, connection: connectionIn(options) }, hard);
  hard.addEventListener("abort", () => options.first?.end(hard.reason), { once: true });
  secrets.addSteps(steps);
  return {
    couch,
    inventory: inventoryOf(couch),
    secrets,
    place,
    steps,
    migrations,
    first: options.first,
    emit,
    scriptOutput: new ScriptOutput(emit, secrets.foreign),
    signal: soft,
    why,
    outcomes: [],
    derivations: new Map(),
    wait: options.wait ?? (options.expectsServer ? 0 : defaults.wait),
    patience: options.wait ?? (options.expectsServer ? defaults.patience : defaults.wait),
    reach,
    concurrency: options.concurrency ?? defaults.concurrency,
    allowRevert: options.allowRevert ?? false,
    release: releaseOf(options),
    allowDestroy: options.allowDestroy ?? false,
    verify: options.verify ?? false,
    rate: options.rate,
    builds: options.builds ?? defaults.builds,
    scriptTimeout: options.scriptTimeout ?? defaults.scriptTimeout,
    leasing: {
      holder: holderName(options),
      leaseTtl: options.leaseTtl ?? defaults.leaseTtl,
      leaseWait: options.leaseWait ?? defaults.leaseWait,
    },
  };
}

/**
 * Does the first work of a run, and again once CouchDB can be worked with, where it, or what stands before it, does not
 * serve yet; `wait` is for all of it. The work shows that the URL is the root of a CouchDB.
 */
export async function whenReached<T>(run: Run, work: (again: boolean) => Promise<T>): Promise<T> {
  const { couch, emit, wait, first, signal } = run;
  const since = first?.began ?? performance.now();
  const limit = Math.max(wait, shortestFirstLook);
  const silent = () => couch.cut(silence(couch.url, limit));
  const timer = setTimeout(silent, Math.max(0, limit - (performance.now() - since)));
  // There is no work yet that could be ended in good order.
  const stop = () => couch.cut(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    const done = await work(false)
      .finally(() => clearTimeout(timer))
      .catch(async (error: unknown) => {
        if (!isNotReady(error)) throw error;
        await ready(run, false, { since, seen: toMigrateError(error) });
        return work(true);
      });
    run.reach.connected = true;
    emit({ type: "connected", url: couch.url, version: await couch.version(), user: couch.login.name });
    return done;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** It may be starting, and a proxy before it may answer in its place. */
export function isNotReady(error: unknown): boolean {
  if (!(error instanceof MigrateError)) return false;
  if (error.code === "unreachable" || error.code === "not-couchdb") return true;
  return error.code === "request-failed" && [502, 503, 504].includes(Number(error.data.status));
}

/**
 * Does `work`, which may be done again: from the beginning where CouchDB went away meanwhile, once it is back. From the
 * first time on `wait` is for all of it.
 */
export async function untilDone<T>(run: Run, work: () => Promise<T>): Promise<T> {
  let awaySince: number | undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      awaySince ??= performance.now();
      if (!isNotReady(error) || performance.now() - awaySince >= run.wait) throw error;
      // What answers the one may not answer the other.
      await jitter(Math.min(100 * 2 ** attempt, 2_000), run.signal);
      await ready(run, false, { since: awaySince });
    }
  }
}

/** The database of ledger, lease and history is there, and nobody else may write into it. */
export function ensureLedger(run: Run): Promise<void> {
  const { couch, place, emit, signal } = run;
  return untilDone(run, () => ensureLedgerDatabase(couch, place, { emit, signal }));
}

export async function ready(
  run: Run,
  everyNode: boolean,
  before: { readonly since?: number; readonly seen?: MigrateError } = {},
): Promise<void> {
  const { couch, emit, wait, patience, signal } = run;
  await waitUntilReady(couch, { ...before, wait, patience, everyNode, emit, signal });
}

/** Opens a run, does `work`, and closes the run. Throws what has stopped the run for whatever that cuts short. */
export async function withRun<T>(
  migrations: RunMigrations,
  options: OpenOptions & Pick<ApplyOptions, "timeout">,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const stop = stopper(options, (reason) => run.couch.cut(reason));
  const run = openRun(migrations, options, stop);
  try {
    return await work(run);
  } catch (thrown) {
    throw notReached(run, stop.why()) ?? stop.why() ?? withoutSecrets(thrown, run.secrets);
  } finally {
    stop.clear();
    await run.couch.close();
  }
}

/** `--timeout` has passed before CouchDB could be worked with: another run would not continue where this one stopped. */
function notReached({ couch, reach }: Run, why: MigrateError | undefined): MigrateError | undefined {
  if (why?.code !== "incomplete" || reach.connected) return undefined;
  const what = reach.waitedFor ?? couch.contact.trouble;
  const message = `${why.message}: CouchDB at ${couch.url} was not ready, ${what}`;
  return new MigrateError("unreachable", { message, data: { what }, cause: why });
}

/** Who holds the lease, for people: the pod's name where there is one. */
function holderName(options: LeaseOptions): string {
  return options.holder ?? `${process.env.HOSTNAME ?? hostname()}/${process.pid}-${randomBytes(2).toString("hex")}`;
}
