/** Waiting between two requests. */
import { setTimeout as sleep } from "node:timers/promises";
import { MigrateError } from "../contract/errors.js";

/** Throws what `throwIfStopped` throws when the signal aborts meanwhile. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  throwIfStopped(signal);
  try {
    await sleep(milliseconds, undefined, signal ? { signal } : {});
  } catch (error) {
    throwIfStopped(signal);
    throw error;
  }
}

/** Between half and all of it, so that runners that began together do not go on together. */
export async function jitter(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await pause(milliseconds * (0.5 + Math.random() / 2), signal);
}

/** Throws the signal's own reason where that is one of ours (`--timeout`, say), else `interrupted`. */
export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  if (signal.reason instanceof MigrateError) throw signal.reason;
  throw new MigrateError("interrupted", { message: "the run was interrupted", cause: signal.reason });
}
