/** Looks at what was written. For some seconds another node may answer with what was there before. */
import { rest } from "./pause.js";

/** Between two looks, in milliseconds. */
export const pauses: readonly number[] = [50, 100, 200, 400, 800, 1_600];

export interface LookAgainOptions {
  /** Cuts the pauses short. */
  readonly signal?: AbortSignal;
  /** Default: `pauses`. */
  readonly between?: readonly number[];
}

/** What `look` returns; `undefined` where it had nothing to return in any of its looks. @param look is given its number, from 0 */
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
