/** Steps that are in the ledger, but no longer in the files, one line each. Pure. */
import type { Orphan } from "../contract/results.js";

/** How text and Markdown write what an orphan says. */
export interface OrphanStyle {
  text(text: string): string;
  code(text: string): string;
}

export const orphansHead = "In the ledger, but no longer in the files:";

const most = 20;

export function orphanLines(orphans: readonly Orphan[], { text, code }: OrphanStyle): string[] {
  const lines = orphans
    .slice(0, most)
    .map(
      ({ id, note, forget }) =>
        `${text(id)}: ${text(note)}. To drop it from the ledger and nothing else: ${code(forget)}`,
    );
  const more = orphans.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}
