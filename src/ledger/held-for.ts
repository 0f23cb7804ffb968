/**
 * How long a lease has been held, in milliseconds, by our clock. Only for people, because clocks differ. Never less
 * than 0; `undefined` if `since` is not a time.
 */
export function heldFor(since: string | undefined, now = Date.now()): number | undefined {
  const from = Date.parse(since ?? "");
  return Number.isNaN(from) ? undefined : Math.max(0, now - from);
}
