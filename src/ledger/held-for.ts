/**
 * For how long a lease has been held, in milliseconds, by the clock of whoever looks: for people only, as clocks differ.
 * Never less than 0; `undefined` where `since` is no time.
 */
export function heldFor(since: string | undefined, now = Date.now()): number | undefined {
  const from = Date.parse(since ?? "");
  return Number.isNaN(from) ? undefined : Math.max(0, now - from);
}
