/** Pauses between two requests. */
import { setTimeout as sleep } from "node:timers/promises";
import { stopReason } from "../contract/errors.js";

/** Throws the same as `throwIfStopped` if the signal is aborted during the pause. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  throwIfStopped(signal);
  try {
    await sleep(milliseconds, undefined, endedBy(signal));
  } catch (error) {
    throwIfStopped(signal);
    throw error;
  }
}

/**
 * Waits for a random time between half and all of it, so that runners that started together do not continue together.
 */
export async function jitter(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await pause(milliseconds * (0.5 + Math.random() / 2), signal);
}

/** Ends early, without an error, when the signal is aborted: for callers that check the signal themselves. */
export async function rest(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, endedBy(signal)).catch(() => {});
}

export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw stopReason(signal);
}

/** A separate signal: if more than ten pauses listen to one signal, Node.js warns our users about a leak. */
function endedBy(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal: AbortSignal.any([signal]) } : {};
}
