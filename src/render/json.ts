/** A document for machines: `formatVersion` first, as results.ts has it. Secrets are replaced before anything is escaped. */
export function jsonText(document: unknown, redact: (text: string) => string): string {
  const text = JSON.stringify(document, (_key, value) => (typeof value === "string" ? redact(value) : value), 2);
  return `${text}\n`;
}
