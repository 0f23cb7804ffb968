import { isPattern } from "../couch/pattern.js";
import { namedDatabases } from "../kinds/targets.js";
import type { Step } from "../migrations/step.js";

/** Where a step was done. Empty if its title says so: it names one database or none. */
export function whereDone(
  step: Step,
  databases: readonly string[],
): { readonly database?: string; readonly databases?: number } {
  const named = namedDatabases(step);
  const [first] = databases;
  if (first === undefined || (named.length < 2 && !named.some(isPattern))) return {};
  return databases.length === 1 ? { database: first } : { databases: databases.length };
}
