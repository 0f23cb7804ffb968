/** Waiting between two requests. */
import { setTimeout as sleep } from "node:timers/promises";
import { stopReason } from "../contract/errors.js";

/** Throws what `throwIfStopped` throws when the signal aborts meanwhile. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  throwIfStopped(signal);
  try {
    await sleep(milliseconds, undefined, endedBy(signal));
  } catch (error) {
    throwIfStopped(signal);
    throw error;
  }
}

/** Between half and all of it, so that runners that started together do not continue together. */
export async function jitter(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await pause(milliseconds * (0.5 + Math.random() / 2), signal);
}

/** Ends early, and without an error, when the signal aborts: for callers that look at the signal themselves. */
export async function rest(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, endedBy(signal)).catch(() => {});
}

export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw stopReason(signal);
}

/** A signal of its own: Node.js takes more than ten pauses that listen to one signal for a leak, and says so to our users. */
function endedBy(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal: AbortSignal.any([signal]) } : {};
}
