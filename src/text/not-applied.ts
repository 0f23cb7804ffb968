/**
 * The first sentence about files that are older than what is applied, the same in every output. Without a full stop.
 */
export function notAppliedText(reason: string): string {
  return `NOT APPLIED: ${olderThanApplied(reason)}`;
}

/** The same, for `stage`. */
export function notStagedText(reason: string): string {
  return `NOT STAGED: ${olderThanApplied(reason)}`;
}

/** If the first words were already printed. */
export function olderThanApplied(reason: string): string {
  return `these files are older than what is applied (${reason})`;
}
