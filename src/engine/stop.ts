/** When a run has to end before it is done: a signal of its user's, or `timeout`. */
import { MigrateError } from "../errors.js";
import type { ApplyOptions } from "../options.js";

export interface Stopper {
  /** Stop between two requests. */
  readonly soft: AbortSignal;
  /** The reason, once `soft` is aborted. */
  why(): MigrateError | undefined;
  clear(): void;
}

const grace = 3_000;

/** `cut` ends the requests under way: called some time after `soft` is aborted, so that a process ends in time. */
export function stopper(
  options: Pick<ApplyOptions, "signal" | "timeout">,
  cut: (reason: MigrateError) => void,
): Stopper {
  const soft = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  let reason: MigrateError | undefined;

  const stop = (error: MigrateError) => {
    if (reason) return;
    reason = error;
    soft.abort(error);
    timers.push(setTimeout(() => cut(error), grace).unref());
  };
  const interrupt = () =>
    stop(new MigrateError("interrupted", { message: "the run was interrupted before it was done" }));
  if (options.signal?.aborted) interrupt();
  options.signal?.addEventListener("abort", interrupt, { once: true });
  if (options.timeout !== undefined) {
    const message = `the run was not done within --timeout (${options.timeout} ms)`;
    timers.push(setTimeout(() => stop(new MigrateError("come-again", { message })), options.timeout).unref());
  }
  return {
    soft: soft.signal,
    why: () => reason,
    clear: () => {
      options.signal?.removeEventListener("abort", interrupt);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
