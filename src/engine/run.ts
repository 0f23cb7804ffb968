/** What plan, apply and status share: an open server, the place of the ledger, and a look at both. */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { incarnations, listDatabases } from "../couch/databases.js";
import { type Gateway, openCouch } from "../couch/gateway.js";
import { assumeNodes } from "../couch/nodes.js";
import { waitUntilReady } from "../couch/ready.js";
import { MigrateError } from "../errors.js";
import type { Listener } from "../events.js";
import type { StoredLedger } from "../ledger/ledger.js";
import { type LedgerPlace, readLedger } from "../ledger/store.js";
import type { Step } from "../migrations/step.js";
import { type ApplyOptions, defaults, type RunOptions } from "../options.js";
import { createRedactor } from "../secrets.js";
import type { Target } from "../steps/kind.js";
import { isPattern, kindOf, type Names, namedDatabases, placeIn } from "../steps/targets.js";
import { type Decision, decide, orphans, type PlacedStep } from "./decide.js";
import { secretsThatMayDiffer } from "./secrets-check.js";
import { assertLedgerLeftAlone, assertNoOverlaps } from "./set-checks.js";

/** A run against one server. */
export interface Run {
  readonly couch: Gateway;
  readonly place: LedgerPlace;
  readonly steps: readonly Step[];
  readonly emit: Listener;
  readonly signal: AbortSignal;
  readonly wait: number;
  readonly concurrency: number;
  readonly allowRevert: boolean;
  readonly allowDestroy: boolean;
  readonly verify: boolean;
}

/** What a look has shown, and what follows from it. */
export interface Look {
  readonly stored: StoredLedger | undefined;
  /** Databases that exist, of those that matter. */
  readonly existing: ReadonlyMap<string, string>;
  readonly decisions: readonly Decision[];
  readonly orphaned: readonly string[];
}

const never = new AbortController().signal;

/** `options.signal` stops the run between two requests; `run.couch.cut` ends those under way. */
export function openRun(steps: readonly Step[], options: RunOptions): Run {
  assertLedgerLeftAlone(steps, options.ledgerDatabase ?? defaults.ledgerDatabase);
  const emit = options.emit ?? (() => {});
  const secrets = steps.flatMap((step) => [...step.secrets.values()]);
  const { password, previousPassword } = options.connection;
  const redact = createRedactor([...secrets, ...[password, previousPassword].filter((secret) => secret !== undefined)]);
  const database = options.ledgerDatabase ?? defaults.ledgerDatabase;
  return {
    couch: openCouch(options.connection, { emit, signal: never, redact }),
    place: { database, set: options.set ?? defaults.set, own: options.ledgerDatabase === undefined },
    steps,
    emit,
    signal: options.signal ?? never,
    wait: options.wait ?? defaults.wait,
    concurrency: options.concurrency ?? defaults.concurrency,
    allowRevert: options.allowRevert ?? false,
    allowDestroy: options.allowDestroy ?? false,
    verify: options.verify ?? false,
  };
}

/**
 * Reads the ledger and what the decision needs of the databases: where nothing is pending, this and the admins are all
 * that a run sends. The first request goes alone, so that wrong credentials are tried once.
 *
 * @param trustNodes take the cluster's nodes from the ledger instead of asking: saves the request that a no-op need
 *   not send; a node that has joined since is seen by the next run that has work, by `--verify`, plan and status.
 */
export async function look(run: Run, trustNodes: boolean): Promise<Look> {
  const stored = await readLedger(run.couch, run.place);
  if (trustNodes && stored?.ledger.nodes) assumeNodes(run.couch, stored.ledger.nodes);
  const [existing, secretsChanged] = await Promise.all([
    existingDatabases(run),
    secretsThatMayDiffer(run.steps, stored?.ledger, run.couch.login),
  ]);
  assertNoOverlaps(run.steps, existing, run.place.database);
  const placed = placeSteps(run, existing);
  const seen = { incarnations: existing, secretsChanged };
  return {
    stored,
    existing,
    decisions: decide(placed, stored?.ledger, seen, { allowRevert: run.allowRevert }),
    orphaned: orphans(placed, stored?.ledger),
  };
}

/** As `look`, but waits for CouchDB where it does not answer yet. */
export async function lookWhenReady(run: Run, trustNodes = false): Promise<Look> {
  const { couch, emit } = run;
  const seen = await look(run, trustNodes).catch(async (error: unknown) => {
    if (!(error instanceof MigrateError) || error.code !== "unreachable") throw error;
    await ready(run, false);
    return look(run, trustNodes);
  });
  emit({ type: "connected", url: couch.url, version: await couch.version(), user: couch.login.name });
  return seen;
}

export async function ready(run: Run, everyNode: boolean): Promise<void> {
  const { couch, wait, emit, signal } = run;
  await waitUntilReady(couch, { wait, everyNode, emit, signal });
}

function placeSteps(run: Run, existing: Names): PlacedStep[] {
  return run.steps.map((step) => ({
    step,
    databases: placeIn(step, existing, run.place.database),
    oneTime: kindOf(step).oneTime ?? false,
  }));
}

/** Where a step works, given the databases that exist. */
export function targetsOf(run: Run, step: Step, existing: ReadonlyMap<string, string>): Target[] {
  if (kindOf(step).scope === "server") return [{}];
  return placeIn(step, existing, run.place.database).map((database) => ({ database }));
}

async function existingDatabases(run: Run): Promise<Map<string, string>> {
  const named = new Set(run.steps.flatMap(namedDatabases));
  const patterns = [...named].some(isPattern);
  const names = new Set([...named].filter((name) => !isPattern(name)));
  if (patterns) for (const name of await listDatabases(run.couch)) names.add(name);
  const found = new Map<string, string>();
  for (const [name, incarnation] of await incarnations(run.couch, [...names])) {
    if (incarnation !== undefined) found.set(name, incarnation);
  }
  return found;
}

/** Who holds the lease, for people: the pod's name where there is one. */
export function holderName(options: ApplyOptions): string {
  return options.holder ?? `${process.env.HOSTNAME ?? hostname()}/${process.pid}-${randomBytes(2).toString("hex")}`;
}
