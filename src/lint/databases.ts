/** Which databases steps work in and create, as they are written in the files. Pure. */
import { kindOf, namedDatabases } from "../kinds/targets.js";
import { createdBy } from "../kinds/traits.js";
import type { Step } from "../migrations/step.js";

/** Names and patterns. */
export function databasesOf(step: Step): readonly string[] {
  return kindOf(step).scope === "database" ? namedDatabases(step).filter(isKnown) : [];
}

export function createdIn(step: Step): readonly string[] {
  return createdBy(step).filter(isKnown);
}

/** A name is unknown if a variable in it is not set. */
function isKnown(name: string): boolean {
  return !name.includes("${");
}

/** The values of all steps, by the database or pattern that a step names. */
export function inEachDatabase<Value>(
  steps: readonly Step[],
  valuesOf: (step: Step) => readonly Value[],
): Map<string, (Value & { readonly step: Step })[]> {
  const found = new Map<string, (Value & { readonly step: Step })[]>();
  for (const step of steps) {
    const values = valuesOf(step).map((value) => ({ ...value, step }));
    if (values.length === 0) continue;
    for (const database of databasesOf(step)) found.set(database, [...(found.get(database) ?? []), ...values]);
  }
  return found;
}
