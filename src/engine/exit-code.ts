/**
 * The exit code of a run, from its result. Pure. Separate from summarise.ts, because a run with nothing to do loads
 * nothing else.
 */
import { catalogue, type ErrorCode, exitCodes } from "../contract/errors.js";
import type { ApplyResult, Failure } from "../contract/results.js";

interface Ended extends Pick<ApplyResult, "older"> {
  readonly failures: readonly Pick<Failure, "code">[];
}

/**
 * The exit code of the process: the class that all failures share; if they differ, the class of a failed step.
 *
 * @param detailed older files count as pending
 */
export function exitCodeOf({ older, failures }: Ended, detailed: boolean): number {
  if (older && detailed) return exitCodes.pending;
  const [only = exitCodes.done, ...others] = new Set(
    failures.map(({ code }) => (isKnown(code) ? exitCodes[catalogue[code].exit] : exitCodes.failed)),
  );
  return others.length > 0 ? exitCodes.failed : only;
}

function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code);
}
