/** What we name ourselves, and machines go by: nothing in it is anybody's secret, though it may look like one. */
const ours: ReadonlySet<string> = new Set(["kind", "state", "action", "result", "code", "formatVersion"]);

/** A document for machines: `formatVersion` first, as results.ts has it. Secrets are replaced before anything is escaped. */
export function jsonText(document: unknown, redact: (text: string) => string): string {
  const text = JSON.stringify(
    document,
    (key, value) => (typeof value === "string" && !ours.has(key) ? redact(value) : value),
    2,
  );
  return `${text}\n`;
}
