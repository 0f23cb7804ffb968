/** Releases that deployers count: whole numbers, or points in time. Pure. */

/** As messages, hints and the documentation describe it. */
export const releaseForm =
  "a whole number of at most 15 digits, or an ISO 8601 time with its zone, such as 2026-05-01T10:00:00Z";

const number = /^\d{1,15}$/;
const time = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2}))?$/i;

/**
 * The only form in which it is stored and compared: `7`, `2026-05-01T10:00:00.000Z`. `undefined`: the text is not a
 * release.
 */
export function canonicalRelease(text: string): string | undefined {
  if (number.test(text)) return String(Number(text));
  if (!time.test(text)) return undefined;
  const at = Date.parse(text.replace(/([+-]\d{2})(\d{2})$/, text.includes("T") ? "$1:$2" : "$&"));
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/**
 * Compares canonical releases: less than, equal to or greater than zero, as for `sort`. `undefined`: a number and a
 * time can't be compared.
 */
export function compareReleases(one: string, other: string): number | undefined {
  const [a, b] = [one, other].map((text) => (number.test(text) ? Number(text) : undefined));
  if (a !== undefined && b !== undefined) return a - b;
  if (a !== undefined || b !== undefined) return undefined;
  return Date.parse(one) - Date.parse(other);
}
