/** Steps that are in the ledger, but no longer in the files, one line each. Pure. */
import type { Orphan } from "../contract/results.js";
import { visible } from "../text/visible.js";
import { wrapSpans } from "./columns.js";

/** How text and Markdown render an orphan. */
export interface OrphanStyle {
  text(text: string): string;
  code(text: string): string;
}

export const orphansHead = "In the ledger, but no longer in the files:";

const most = 20;

export function orphanLines(orphans: readonly Orphan[], { text }: OrphanStyle): string[] {
  const lines = orphans.slice(0, most).map(({ id, note }) => `${text(id)}: ${text(note)}`);
  const more = orphans.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

/** Shown once: the commands for the others differ only in the id. */
export function forgetHint([first, ...others]: readonly Orphan[], { code }: OrphanStyle): string {
  if (!first) return "";
  const [what, example] = others.length === 0 ? ["it", ""] : ["one", ", for example"];
  return `To forget ${what} without changing the server${example}: ${code(first.forget)}`;
}

/** @param columns of the terminal; absent: lines are as long as they are */
export function orphansText(orphans: readonly Orphan[], columns = Number.POSITIVE_INFINITY): string {
  const style = { text: visible, code: (text: string) => `\`${visible(text)}\`` };
  const lines = orphanLines(orphans, style).flatMap((line) => {
    const [first = "", ...others] = wrapSpans([{ text: line }], columns - 4);
    return [`  ${first}`, ...others.map((other) => `    ${other}`)];
  });
  return [orphansHead, ...lines, forgetHint(orphans, style)].join("\n");
}
