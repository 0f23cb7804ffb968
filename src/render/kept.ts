/** What differs from the files and is left as it is. Pure. */
import type { Kept } from "../contract/results.js";
import { count, grouped, list } from "../text/quantity.js";
import { visible } from "../text/visible.js";

type PlacedKept = Kept & { readonly database?: string };

/** More than this per step does not help a reader. */
const limits = { differences: 20, width: 60, inOneLine: 3, documents: 5 } as const;

/**
 * One line each: `/docs/overmind/broods is 8 (the files have 7)`; for many documents, one sentence. If only one is
 * left over, it is shown instead of counted, because both take one line.
 */
export function keptLines(kept: readonly PlacedKept[], details = false): string[] {
  if (isCounted(kept) && !details) return [countedDocuments(kept)];
  const shown = kept.length > limits.differences + 1 ? kept.slice(0, limits.differences) : kept;
  const lines = shown.map(keptLine);
  const more = kept.length - lines.length;
  return more > 0 ? [...lines, `and ${grouped(more)} more`] : lines;
}

/** One line, for a log. */
export function keptSummary(kept: readonly PlacedKept[]): string {
  return isCounted(kept) ? countedDocuments(kept) : list(kept.map(keptLine), limits.inOneLine);
}

/** Whether there are so many documents that only their number is shown, unless the user asks for details. */
export function isCounted(kept: readonly PlacedKept[]): boolean {
  return documentsIn(kept) > limits.documents;
}

function documentsIn(kept: readonly PlacedKept[]): number {
  const listed = new Set(
    kept.flatMap(({ database, document }) => (document === undefined ? [] : JSON.stringify([database, document]))),
  );
  return kept.reduce((sum, { documents = 0 }) => sum + documents, listed.size);
}

function countedDocuments(kept: readonly PlacedKept[]): string {
  const databases = new Set(kept.map(({ database }) => database)).size;
  const where = databases > 1 ? ` in ${count(databases, "database")}` : "";
  return `${count(documentsIn(kept), "document")}${where} differ from the files and are kept`;
}

function keptLine({ path, server, files, database, documents }: PlacedKept): string {
  const where = database === undefined ? "" : ` in ${visible(database)}`;
  if (documents !== undefined) return `${count(documents, "further document")}${where}`;
  return `${visible(path)}${where} is ${valueText(server)} (${isAbsent(files) ? "not in the files" : `the files have ${valueText(files)}`})`;
}

function valueText(value: unknown): string {
  if (isAbsent(value)) return "absent";
  const text = JSON.stringify(value);
  return visible(text.length > limits.width ? `${text.slice(0, limits.width)}…` : text);
}

function isAbsent(value: unknown): boolean {
  return value === null || value === undefined;
}
