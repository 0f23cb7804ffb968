/** The result of `diff`, and functions with which a kind creates it: `return updates(changes, write)`. */
import type { Change, Kept, Rebuild } from "../contract/results.js";
import type { Refusal } from "./refusals.js";
import type { StepWarning } from "./warnings.js";

export type { Change, Kept, Rebuild };

/**
 * What a write would find on the server, for an approved plan: the write is allowed as long as it finds nothing else. If a
 * run was interrupted, the next one finds less.
 */
export interface Former {
  /**
   * What would be overwritten or removed. `before` is `null` if there is nothing yet, and what CouchDB has there by
   * default counts as nothing. `any`: there is too much to compare, so only `documents` counts. Empty: nothing that
   * anybody has to approve.
   */
  readonly states: readonly Pick<Change, "path" | "before">[] | "any";
  /** How many documents would be overwritten or removed. Absent: it is not about documents. */
  readonly documents?: number;
}

/** The result of `diff`. */
export interface Difference<Write = unknown> {
  readonly action: "none" | "create" | "update" | "remove" | "refused";
  readonly changes: readonly Change[];
  /** A short form, if many documents change: their number. */
  readonly counted?: readonly Change[];
  /** What differs and is left as it is by design. Absent: nothing. */
  readonly kept?: readonly Kept[];
  readonly rebuilds: readonly Rebuild[];
  /** Warnings, even if the step holds or can be applied. */
  readonly warnings: readonly StepWarning[];
  /** An earlier run began this work here, and what is to be written continues it. */
  readonly begun?: boolean;
  /** Absent: `before` of the changes, without those that only `detail` adds. */
  readonly former?: Former;
  /** The objects that do not exist yet and that `apply` creates, as the kind claims them. Absent: none. */
  readonly created?: readonly string[];
  /** Why it is refused. Only with `refused`. */
  readonly refusals?: readonly Refusal[];
  /** The input of `apply`. Absent with `none` and `refused`. */
  readonly write?: Write;
}

/** Optional details. */
type Said = Partial<Pick<Difference, "counted" | "kept" | "rebuilds" | "warnings" | "begun" | "former" | "created">>;

/** The step already holds. */
export function holds<Write>(said: Said = {}): Difference<Write> {
  return difference("none", [], said);
}

/** Nothing of it existed. */
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
