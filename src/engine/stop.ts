/** When a run has to end before it is done: a signal of its user's, or `timeout`. */
import { MigrateError, stopReason } from "../contract/errors.js";
import type { ApplyOptions } from "../contract/options.js";
import { span } from "../text/span.js";

export interface Stopper {
  /** Stop between two requests. */
  readonly soft: AbortSignal;
  /** The time is up, also for releasing and recording: what is under way ends, and what would be sent is not. */
  readonly hard: AbortSignal;
  /** The reason, once `soft` is aborted. */
  why(): MigrateError | undefined;
  clear(): void;
}

/** After how long the requests under way are cut, and after how long everything else is. Together below 5 s. */
const grace = 2_500;
const end = 4_000;

/**
 * `cut` ends the requests under way: called some time after `soft` is aborted. What follows then, the ledger and the
 * release of the lease, has until `hard` is aborted, so that a process ends in time even where CouchDB hangs.
 */
export function stopper(
  options: Pick<ApplyOptions, "signal" | "timeout">,
  cut: (reason: MigrateError) => void,
): Stopper {
  const soft = new AbortController();
  const hard = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  let reason: MigrateError | undefined;

  const stop = (error: MigrateError) => {
    if (reason) return;
    reason = error;
    soft.abort(error);
    timers.push(setTimeout(() => cut(error), grace).unref(), setTimeout(() => hard.abort(error), end).unref());
  };
  const interrupt = () => stop(stopReason(options.signal, "the run was interrupted before it was done"));
  if (options.signal?.aborted) interrupt();
  options.signal?.addEventListener("abort", interrupt, { once: true });
  if (options.timeout !== undefined) {
    const message = `the run was not done within --timeout (${span(options.timeout)})`;
    timers.push(setTimeout(() => stop(new MigrateError("incomplete", { message })), options.timeout).unref());
  }
  return {
    soft: soft.signal,
    hard: hard.signal,
    why: () => reason,
    clear: () => {
      options.signal?.removeEventListener("abort", interrupt);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
