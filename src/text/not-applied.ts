/** What is said first of files that are older than what is applied, wherever it is said. Without a full stop. */
export function notAppliedText(reason: string): string {
  return `NOT APPLIED: ${olderThanApplied(reason)}`;
}

/** Where the first words are already said. */
export function olderThanApplied(reason: string): string {
  return `these files are older than what is applied (${reason})`;
}
