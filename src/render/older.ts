/** Files that are older than what is applied. Pure. */
import type { OlderFiles } from "../contract/results.js";
import { notAppliedText, notStagedText, olderThanApplied } from "../text/not-applied.js";
import { visible } from "../text/visible.js";

/** With the words that every output has in common. */
export function notApplied({ reason }: OlderFiles): string {
  return notAppliedText(visible(reason));
}

/** The same, for `stage`. */
export function notStaged({ reason }: OlderFiles): string {
  return notStagedText(visible(reason));
}

/** Without them. */
export function olderText({ reason }: OlderFiles): string {
  return olderThanApplied(visible(reason));
}
