/** One round: validates, lints, applies and tests the files. Reports after each part. */
import type { Connection } from "../../contract/connection.js";
import type { DevRound } from "../../contract/dev.js";
import { MigrateError } from "../../contract/errors.js";
import type { Event } from "../../contract/events.js";
import type { ResetPlan } from "../../contract/reset.js";
import type { Migrations } from "../../migrations/step.js";
import type { Context } from "../command.js";
import { correctTheFiles } from "../correct-the-files.js";
import { scopeOf } from "../migrations.js";
import { leaseOptions, runOptions } from "../run-options.js";

export interface RoundOptions {
  readonly connection: Connection;
  readonly signal: AbortSignal;
  /** Removes what the set created, before it is applied. Absent: nothing is removed. */
  readonly agree?: ((plan: ResetPlan) => Promise<boolean>) | undefined;
  /** Paths that the files name. */
  onRead(paths: readonly string[]): void;
  show(round: DevRound): void;
}

/** How long a round waits for CouchDB, in milliseconds; `dev` itself tries again. */
const shortWait = 1_000;

/** Throws only bugs, and the reason of the signal. */
export async function playRound(context: Context, options: RoundOptions): Promise<DevRound> {
  let round: DevRound = { at: new Date(), places: new Map(), written: [], orphans: [], errors: {} };
  const report = (more: Partial<DevRound>) => {
    round = { ...round, ...more };
    options.show(round);
  };
  /** `undefined`: it failed, and the error is reported. */
  const attempt = async <T>(part: keyof DevRound["errors"], doing: string, work: () => Promise<T>) => {
    report({ doing });
    try {
      return await work();
    } catch (thrown) {
      options.signal.throwIfAborted();
      if (!(thrown instanceof MigrateError) || thrown.code === "bug") throw thrown;
      report({ errors: { ...round.errors, [part]: correctTheFiles(thrown) } });
      return undefined;
    }
  };

  const { settings, resolved } = context;
  const engine = await context.engine();
  const { signal, onRead } = options;
  const scope = { ...scopeOf(context), signal, onRead };
  const migrations = await attempt("files", "reading the files", () => engine.loadMigrations(settings.path, scope));
  if (migrations) {
    context.secrets.addSteps(migrations.steps);
    report({
      loaded: { files: migrations.files.length, steps: migrations.steps.length },
      places: placesOf(migrations),
    });
    const { lintOff: off, policies } = resolved.sections;
    const lint = await attempt("lint", "linting", () => engine.lint(settings.path, { ...scope, off, policies }));
    if (lint) report({ lint });
    await applyTo(context, migrations, options, attempt, (more) => report(more(round)));
    const { scriptTimeout } = settings;
    const tests = await attempt("tests", "testing", () => engine.runTests(settings.path, { ...scope, scriptTimeout }));
    if (tests) report({ tests });
  }
  const { doing: _, ...done } = round;
  round = done;
  options.show(round);
  return round;
}

type Attempt = <T>(part: keyof DevRound["errors"], doing: string, work: () => Promise<T>) => Promise<T | undefined>;

async function applyTo(
  context: Context,
  migrations: Migrations,
  { connection, signal, agree }: RoundOptions,
  attempt: Attempt,
  report: (more: (round: DevRound) => Partial<DevRound>) => void,
): Promise<void> {
  const engine = await context.engine();
  const hear = (event: Event) => {
    if (event.type === "waiting") report(() => ({ doing: `waiting for CouchDB: ${event.reason}` }));
    if (event.type === "lease-waiting") report(() => ({ doing: `waiting for the lease of ${event.holder}` }));
    if (event.type === "step-begin") report(() => ({ doing: `applying ${event.title}` }));
    if (event.type !== "step-end" || event.outcome !== "applied") return;
    report(({ written }) => ({ written: [...written, event.title] }));
  };
  // Releases are for deployments.
  const { release: _, ...run } = runOptions(context, connection);
  const wait = context.settings.wait ?? shortWait;
  // The developer wants what was saved last.
  const options = { ...run, ...leaseOptions(context), wait, allowRevert: true, emit: hear, signal };
  if (agree) {
    const { reset } = await import("../../engine/reset/reset.js");
    const removed = await attempt("reset", "removing what the set created", () => reset({ ...options, agree }));
    if (!removed) return;
    report(() => ({ removed }));
  }
  const applied = await attempt("apply", "applying", () => engine.apply(migrations, options));
  if (!applied) return;
  report(() => ({ applied }));
  const status = await attempt("apply", "reading the ledger", () => engine.status(migrations, options));
  if (status) report(() => ({ orphans: status.orphans }));
}

function placesOf({ steps }: Migrations): ReadonlyMap<string, string> {
  return new Map(steps.map(({ id, position: { file, line, column } }) => [id, `${file}:${line}:${column}`]));
}
