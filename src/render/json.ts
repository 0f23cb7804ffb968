/** A document for machines: `formatVersion` first, as contract/results.ts has it. */
export function jsonText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
