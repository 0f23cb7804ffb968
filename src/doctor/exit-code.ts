import type { Check } from "../contract/diagnosis.js";
import { catalogue, type ExitClass, exitCodes } from "../contract/errors.js";

/** Most important first: while CouchDB is away or refuses, nothing else can be fixed. */
const order: readonly ExitClass[] = ["unreachable", "invalid"];

/** What the process exits with: warnings are no failure. Pure. */
export function exitCodeOf(checks: readonly Check[]): number {
  const classes = checks
    .filter(({ status }) => status === "problem")
    .map(({ code }): ExitClass => (code === undefined ? "failed" : catalogue[code].exit));
  if (classes.length === 0) return exitCodes.done;
  return exitCodes[order.find((one) => classes.includes(one)) ?? "failed"];
}
