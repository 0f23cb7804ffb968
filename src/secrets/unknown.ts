/** A secret whose variable is not set: `validate` and `plan` work without it. */

/**
 * The placeholder in `desired`. The last character is one that Unicode reserves for internal use, so no secret is
 * equal to it.
 */
export const unknownSecret = "(unknown)\uFDD0";

/** What is printed instead. */
export const shownUnknown = "(unknown)";

/** `desired` with the server's values in place of unknown secrets, which are assumed to be equal. */
export function withStored<Value>(desired: Value, stored: unknown): Value;
export function withStored(desired: unknown, stored: unknown): unknown {
  if (desired === unknownSecret) return stored ?? desired;
  if (typeof desired !== "object" || desired === null || typeof stored !== "object" || stored === null) return desired;
  const child = (key: string | number, value: unknown) =>
    withStored(value, Object.hasOwn(stored, key) ? (stored as Record<string | number, unknown>)[key] : undefined);
  if (Array.isArray(desired)) return desired.map((value, i) => child(i, value));
  return Object.fromEntries(Object.entries(desired).map(([key, value]) => [key, child(key, value)]));
}
