/** What `diff` says, and how a kind says it: `return updates(changes, write)`. */
import type { Change, Kept, Rebuild } from "../contract/results.js";
import type { Refusal } from "./refusals.js";
import type { StepWarning } from "./warnings.js";

export type { Change, Kept, Rebuild };

/** What `diff` says. */
export interface Difference<Write = unknown> {
  readonly action: "none" | "create" | "update" | "remove" | "refused";
  readonly changes: readonly Change[];
  /** The same in short, where they are of many documents: how many. */
  readonly counted?: readonly Change[];
  /** What differs and stays as it is, by design. Absent: nothing. */
  readonly kept?: readonly Kept[];
  readonly rebuilds: readonly Rebuild[];
  /** Warnings, although the step holds or can be applied. */
  readonly warnings: readonly StepWarning[];
  /** Why it is refused. Only with `refused`. */
  readonly refusals?: readonly Refusal[];
  /** What `apply` gets. Absent with `none` and `refused`. */
  readonly write?: Write;
}

/** What is said besides. */
type Said = Partial<Pick<Difference, "counted" | "kept" | "rebuilds" | "warnings">>;

/** The step already holds. */
export function holds<Write>(said: Said = {}): Difference<Write> {
  return difference("none", [], said);
}

/** Nothing of it was there. */
export function creates<Write>(changes: readonly Change[], write: Write, said: Said = {}): Difference<Write> {
  return { ...difference("create", changes, said), write };
}

export function updates<Write>(changes: readonly Change[], write: Write, said: Said = {}): Difference<Write> {
  return { ...difference("update", changes, said), write };
}

export function removes<Write>(changes: readonly Change[], write: Write, said: Said = {}): Difference<Write> {
  return { ...difference("remove", changes, said), write };
}

/** @param why one refusal, or several */
export function refuses<Write>(
  why: Refusal | readonly Refusal[],
  changes: readonly Change[] = [],
  said: Said = {},
): Difference<Write> {
  return { ...difference("refused", changes, said), refusals: [why].flat() };
}

function difference<Write>(
  action: Difference["action"],
  changes: readonly Change[],
  { kept = [], ...said }: Said,
): Difference<Write> {
  return { action, changes, rebuilds: [], warnings: [], ...said, ...(kept.length > 0 ? { kept } : {}) };
}
