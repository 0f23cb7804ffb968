import type { Check } from "../contract/diagnosis.js";
import { catalogue, type ExitClass, exitCodes } from "../contract/errors.js";

/** Most important first: if CouchDB is down or refuses access, nothing else can be fixed. */
const order: readonly ExitClass[] = ["unreachable", "invalid"];

/** The exit code of the process; warnings are not failures. Pure. */
export function exitCodeOf(checks: readonly Check[]): number {
  const classes = checks
    .filter(({ status }) => status === "problem")
    .map(({ code }): ExitClass => (code === undefined ? "failed" : catalogue[code].exit));
  if (classes.length === 0) return exitCodes.done;
  return exitCodes[order.find((one) => classes.includes(one)) ?? "failed"];
}
