/** Waits until CouchDB has built an index, with little load: one request at a time, at increasing intervals. */
import { type ErrorCode, MigrateError, toMigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import type { Path } from "../../couch/path.js";
import { rest } from "../../couch/pause.js";
import type { StepContext } from "../../steps/kind.js";
import { BuildProgress, isBuilt, nextPause, Standstill } from "./build-wait.js";
import { type DesignDoc, idOf, viewNames } from "./design-doc.js";
import { type IndexState, indexState, placesToAsk, triggerBuild } from "./index-state.js";

export interface Build {
  readonly database: string;
  /** The design document whose index is built. */
  readonly name: string;
  readonly doc: DesignDoc;
  /** A description for messages. */
  readonly what: string;
}

/** How long the server may be unreachable, in milliseconds: it may be restarting. */
const patience = 120_000;
const kept = 20;
/** The time limit, in milliseconds, of the query that asks why nothing is built. */
const queryTimeout = 20_000;
const fullDisk = "the server's disk is full (enospc)";
/** A node goes down or comes back; this says nothing about the index. */
const ofNodes = /^(?:nodedown|timeout|shutdown|noproc|noconnection)\b|No DB shards could be opened/;
/** Characters. */
const longestReason = 300;

const passing: ReadonlySet<ErrorCode> = new Set(["unreachable", "outcome-unknown", "node-down"]);

export type BuildContext = Pick<StepContext<unknown>, "couch" | "signal" | "progress" | "assertHeld">;

/** Throws the signal's reason once it is aborted, or that the lease is lost; the server continues to build. */
export async function awaitBuild(context: BuildContext, build: Build): Promise<void> {
  const { couch, signal, progress } = context;
  const { database, name, doc, what } = build;
  const standstill = new Standstill();
  let looks: readonly IndexState[] = [];
  const progressed = new BuildProgress();
  let pause = 0;
  let triggered = false;
  for (let heard = performance.now(); ; ) {
    signal.throwIfAborted();
    context.assertHeld?.();
    try {
      if (!triggered) await triggerBuild(couch, database, name, doc, signal);
      triggered = true;
      const look = await indexState(couch, database, name);
      if (!look) throw gone(database, name);
      heard = performance.now();
      looks = [...looks, look].slice(-kept);
      const moved = progressed.add(look);
      progress({ done: progressed.done, total: progressed.size, unit: "changes", what });
      if (isBuilt(looks, progressed.whole)) return;
      if (standstill.isToBeAsked(moved, look.building)) {
        const reason = await whyNot(couch, build, signal);
        if (reason !== undefined) throw buildFailure(build, reason);
      }
      // After a restart of the server, and for what was written meanwhile, nothing is built until a query triggers it.
      // Triggered after the check, so that the next one can find the index committed, even with constant writes.
      if (!look.building && look.pending > 0) await triggerBuild(couch, database, name, doc, signal);
      pause = nextPause(pause, look, progressed.whole);
    } catch (thrown) {
      const error = toMigrateError(thrown);
      if (!isPassing(error) || performance.now() - heard > patience) throw error;
      triggered = false;
      progressed.restart();
    }
    await rest(pause, signal);
  }
}

/** The server or one of its nodes restarts: it answers with a 500, or not at all. */
function isPassing(error: MigrateError): boolean {
  return passing.has(error.code) || (error.code === "request-failed" && Number(error.data.status) >= 500);
}

/** The staged document does not exist any more. */
export function gone(database: string, name: string): MigrateError {
  const message = `${idOf(name)} of ${database} was removed while its index was being built`;
  return new MigrateError("conflict", { message, data: { database, designDoc: name, removed: true } });
}

/**
 * CouchDB only says why an index can't be built in response to a query that waits for it; undefined: it is only slow.
 */
async function whyNot(couch: Couch, { database, name, doc }: Build, signal: AbortSignal): Promise<string | undefined> {
  const [view = ""] = viewNames(doc);
  const brief = AbortSignal.any([AbortSignal.timeout(queryTimeout), signal]);
  const ask = async (at: Path) => {
    const options = { query: { limit: 0 }, accept: [400, 404, 500], fresh: true, signal: brief };
    const { status, body } = await couch.read<{ error?: string; reason?: string } | null>(at, options);
    return status === 500 ? [body?.error, body?.reason].filter((text) => text !== undefined).join(": ") : undefined;
  };
  const places = await placesToAsk(couch, database, name, doc, view);
  const answers = await Promise.all(places.map((at) => ask(at).catch(() => undefined)));
  const said = answers.find((answer) => answer !== undefined && !ofNodes.test(answer));
  return said !== undefined && /enospc/i.test(said) ? fullDisk : said && inOneLine(said);
}

/** CouchDB's reason contains an Erlang stack trace with many lines. */
function inOneLine(said: string): string {
  const line = said.replace(/\s+/g, " ").replace(/[.\s]+$/, "");
  return line.length > longestReason ? `${line.slice(0, longestReason)}…` : line;
}

function buildFailure({ database, name, doc, what }: Build, reason: string): MigrateError {
  return new MigrateError("step-failed", {
    message: `${what} in ${database} failed: ${reason}. The previous version still serves`,
    data: { database, designDoc: name, views: viewNames(doc), reason },
    next:
      reason === fullDisk
        ? "Free space on the disk with the server's indexes, then run again. The unfinished index was removed."
        : "Fix the reason above, then run again. With `deploy: inPlace` the document is written without a build.",
  });
}
