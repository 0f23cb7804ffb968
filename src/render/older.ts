/** Files that are older than what is applied. Pure. */
import type { OlderFiles } from "../contract/results.js";
import { notAppliedText, olderThanApplied } from "../text/not-applied.js";
import { visible } from "../text/visible.js";

/** With the words that every output has in common. */
export function notApplied({ reason }: OlderFiles): string {
  return notAppliedText(visible(reason));
}

/** Without them. */
export function olderText({ reason }: OlderFiles): string {
  return olderThanApplied(visible(reason));
}
