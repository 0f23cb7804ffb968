/** A document for machines: `formatVersion` first; see contract/results.ts. */
export function jsonText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
