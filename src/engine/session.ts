/** Opens a run against a server, waits for CouchDB, and closes the run. */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { MigrateError, stopReason, toMigrateError } from "../contract/errors.js";
import type { Listener } from "../contract/events.js";
import { type ApplyOptions, defaults, type LeaseOptions, type RunOptions } from "../contract/options.js";
import type { Policies } from "../contract/policies.js";
import type { Gateway } from "../couch/gateway.js";
import type { Guard } from "../couch/guard.js";
import { type Inventory, inventoryOf } from "../couch/inventory.js";
import { connectionIn } from "../couch/nano-connection.js";
import { jitter } from "../couch/pause.js";
import { waitUntilReady } from "../couch/ready.js";
import { ensureLedgerDatabase } from "../ledger/database.js";
import { filesVersion } from "../ledger/files-version.js";
import type { Derivations } from "../ledger/fingerprint.js";
import { environmentIn } from "../ledger/place.js";
import type { LedgerPlace } from "../ledger/store.js";
import type { Migrations, Step } from "../migrations/step.js";
import type { Secrets } from "../secrets/secrets.js";
import { ScriptOutput } from "../steps/script-output.js";
import type { Approved } from "./approval/approved.js";
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
  /** The version of the files. */
  readonly version: string;
  /** The steps, and the files that they were read from. */
  readonly migrations: RunMigrations;
  /** The first request, if it was sent before the run was opened. */
  readonly first: FirstLook | undefined;
  readonly emit: Listener;
  readonly scriptOutput: ScriptOutput;
  readonly signal: AbortSignal;
  /** Why the run has to stop. `undefined`: it does not. */
  why(): MigrateError | undefined;
  /** The outcomes of its steps so far. */
  readonly outcomes: Outcome[];
  /** What has to end before the run is closed. */
  readonly beforeClose: Promise<void>[];
  readonly derivations: Derivations;
  readonly wait: number;
  /** How long to wait for a server that answers but is not ready, in milliseconds. */
  readonly patience: number;
  /** Whether CouchDB was reached, and what the run last waited for. */
  readonly reach: Reach;
  readonly concurrency: number;
  readonly allowRevert: boolean;
  /** In its canonical form. */
  readonly release: string | undefined;
  readonly allowDestroy: boolean;
  readonly verify: boolean;
  /** Documents per second, for steps that write many documents. */
  readonly rate: number | "auto" | undefined;
  readonly builds: number;
  readonly scriptTimeout: number;
  /** False: a plan omits what steps would do to documents. Absent: it shows that. */
  readonly previews?: false;
  /** The approved plan: nothing else is written. */
  readonly approved?: Approved;
  readonly policies: Policies;
  readonly leasing: Required<LeaseOptions>;
}

/** The same run, which writes under this guard. */
export function runUnder(run: Run, guard: Guard): Run {
  return { ...run, couch: run.couch.under(guard) };
}

type OpenOptions = RunOptions &
  LeaseOptions & {
    readonly first?: FirstLook | undefined;
    /** The command waits for a server that is not there only if `wait` is given. */
    readonly expectsServer?: boolean;
    /** Secrets may be unknown. */
    readonly unknownSecrets?: boolean;
    readonly approved?: Approved | undefined;
  };

interface Reach {
  connected: boolean;
  waitedFor: string | undefined;
}

/** What a run needs from a migration set. */
type RunMigrations = Pick<Migrations, "steps" | "inputs" | "unset" | "environment" | "elsewhere"> &
  Partial<Pick<Migrations, "path">>;

/**
 * `soft` stops the run between two requests. `run.couch.cut` aborts the requests in flight. After `hard`, none is
 * sent.
 */
function openRun(migrations: RunMigrations, options: OpenOptions, { soft, hard, why }: Stopper): Run {
  const { steps } = migrations;
  assertVariablesSet(migrations, options.unknownSecrets);
  const environment = environmentOf(migrations, options);
  const place = placeOf({ ...options, ...environmentIn({ environment }) });
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
    version: filesVersion(steps, environment),
    migrations,
    first: options.first,
    emit,
    scriptOutput: new ScriptOutput(emit, secrets.foreign),
    signal: soft,
    why,
    outcomes: [],
    beforeClose: [],
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
    ...(options.approved ? { approved: options.approved } : {}),
    policies: options.policies ?? {},
    leasing: {
      holder: holderName(options),
      leaseTtl: options.leaseTtl ?? defaults.leaseTtl,
      leaseWait: options.leaseWait ?? defaults.leaseWait,
    },
  };
}

/** The files, and what they were loaded for, must fit the run. */
function environmentOf({ steps, environment }: RunMigrations, options: OpenOptions): string | undefined {
  const given = options.environment ?? environment;
  if (steps.length === 0 || given === environment) return given;
  const loaded = environment === undefined ? "without an environment" : `for the environment ${environment}`;
  throw new MigrateError("invalid-settings", {
    message: `the migrations were loaded ${loaded}, but the run is for ${given}`,
    next: "Give loadMigrations the same `environment`.",
  });
}

/**
 * Does the first work of a run. If CouchDB, or a proxy in front of it, is not ready yet, waits and does the work again;
 * `wait` limits all of it. The work proves that the URL is the root of a CouchDB.
 */
export async function whenReached<T>(run: Run, work: (again: boolean) => Promise<T>): Promise<T> {
  const { couch, emit, wait, signal } = run;
  // Not since the first request: parsing the files may have taken long, and an answer may wait to be handled.
  const since = performance.now();
  const limit = Math.max(wait, shortestFirstLook);
  const silent = () => couch.cut(silence(couch, limit));
  const timer = setTimeout(silent, limit);
  // No work has started that would have to be finished.
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

/** CouchDB may be starting, and a proxy may answer for it. */
export function isNotReady(error: unknown): boolean {
  if (!(error instanceof MigrateError)) return false;
  if (error.code === "unreachable" || error.code === "not-couchdb") return true;
  return error.code === "request-failed" && [502, 503, 504].includes(Number(error.data.status));
}

/**
 * Does `work`, which must be repeatable. If CouchDB goes away, waits until it is back and starts again; `wait` limits the
 * time since it first went away.
 */
export async function untilDone<T>(run: Run, work: () => Promise<T>): Promise<T> {
  let awaySince: number | undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      awaySince ??= performance.now();
      if (!isNotReady(error) || performance.now() - awaySince >= run.wait) throw error;
      // A server that passes the check may still not answer the work.
      await jitter(Math.min(100 * 2 ** attempt, 2_000), run.signal);
      await ready(run, false, { since: awaySince });
    }
  }
}

/** Makes sure that the database of ledger, lease and history exists, and that nobody else may write to it. */
export function ensureLedger(run: Run): Promise<void> {
  const { couch, place, emit, signal } = run;
  return untilDone(run, () => ensureLedgerDatabase(couch, place, { emit, signal }));
}

export async function ready(
  run: Run,
  everyNode: boolean,
  before: { readonly since?: number; readonly seen?: MigrateError; readonly loggedIn?: true } = {},
): Promise<void> {
  const { couch, emit, wait, patience, signal } = run;
  await waitUntilReady(couch, { ...before, wait, patience, everyNode, emit, signal });
}

/**
 * Opens a run, does `work`, and closes the run. If the run was stopped, throws the reason instead of the resulting
 * error.
 */
export async function withRun<T>(
  migrations: RunMigrations,
  options: OpenOptions & Pick<ApplyOptions, "timeout">,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const stop = stopper(options, (reason) => run.couch.cut(reason));
  const run = openRun(migrations, options, stop);
  run.couch.starved.addEventListener("abort", () => stop.stop(stopReason(run.couch.starved)), { once: true });
  try {
    return await work(run);
  } catch (thrown) {
    throw notReached(run, stop.why()) ?? stop.why() ?? withoutSecrets(thrown, run.secrets);
  } finally {
    await Promise.allSettled(run.beforeClose);
    stop.clear();
    await run.couch.close();
  }
}

/** `--timeout` passed before CouchDB was reached, so there is nothing that another run could continue. */
function notReached({ couch, reach }: Run, why: MigrateError | undefined): MigrateError | undefined {
  if (why?.code !== "incomplete" || reach.connected) return undefined;
  const what = couch.contact.limit ?? reach.waitedFor ?? couch.contact.trouble;
  const message = `${why.message}: CouchDB at ${couch.url} was not ready, ${what}`;
  return new MigrateError("unreachable", { message, data: { what }, cause: why });
}

/** The name of the lease's holder, for people. In Kubernetes, it starts with the pod's name. */
function holderName(options: LeaseOptions): string {
  return options.holder ?? `${process.env.HOSTNAME ?? hostname()}/${process.pid}-${randomBytes(2).toString("hex")}`;
}
