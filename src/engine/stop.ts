/** When a run has to end early: on a signal from its user, or because of `timeout`. */
import { MigrateError, stopReason } from "../contract/errors.js";
import type { ApplyOptions } from "../contract/options.js";
import { span } from "../text/span.js";

export interface Stopper {
  /** Stop between two requests. */
  readonly soft: AbortSignal;
  /**
   * There is no time left, not even for releasing and recording: requests in flight are aborted, and no new ones are
   * sent.
   */
  readonly hard: AbortSignal;
  /** Stops the run for this reason, unless it is being stopped already. */
  stop(reason: MigrateError): void;
  /** The reason, once `soft` is aborted. */
  why(): MigrateError | undefined;
  clear(): void;
}

/**
 * How long after `soft` requests in flight are aborted, and how long after that everything else ends. Less than 5 s
 * in total.
 */
const grace = 2_500;
const end = 4_000;

/**
 * `cut` aborts the requests in flight: called some time after `soft`. What follows, writing the ledger and releasing
 * the lease, may take until `hard`, so that a process exits in time even if CouchDB hangs.
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
    stop,
    why: () => reason,
    clear: () => {
      options.signal?.removeEventListener("abort", interrupt);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
