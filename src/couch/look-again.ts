/** Reads repeatedly to check what was written. For some seconds, another node may still return the old state. */
import { rest } from "./pause.js";

/** The pauses between reads, in milliseconds. */
export const pauses: readonly number[] = [50, 100, 200, 400, 800, 1_600];

export interface LookAgainOptions {
  /** Ends the pauses early. */
  readonly signal?: AbortSignal;
  /** Default: `pauses`. */
  readonly between?: readonly number[];
}

/**
 * Returns the first result of `look` that is not `undefined`; `undefined` if there is none. @param look gets its
 * number, starting from 0
 */
export async function lookAgain<Seen>(
  look: (number: number) => Promise<Seen | undefined>,
  { signal, between = pauses }: LookAgainOptions = {},
): Promise<Seen | undefined> {
  for (let number = 0; ; number += 1) {
    const seen = await look(number);
    if (seen !== undefined) return seen;
    const pause = between[number];
    if (pause === undefined) return undefined;
    await rest(pause, signal);
  }
}
