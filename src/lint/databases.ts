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

/** Each value whose `form` an earlier one of the same database or pattern has, with that earlier one. */
export function repeatedIn<Value extends { readonly form: string }>(
  steps: readonly Step[],
  valuesOf: (step: Step) => readonly Value[],
): [first: InStep<Value>, other: InStep<Value>][] {
  return [...inEachDatabase(steps, valuesOf).values()].flatMap((all) => {
    const firsts = new Map<string, InStep<Value>>();
    return all.flatMap((value): [InStep<Value>, InStep<Value>][] => {
      const first = firsts.get(value.form);
      if (!first) firsts.set(value.form, value);
      return first ? [[first, value]] : [];
    });
  });
}

type InStep<Value> = Value & { readonly step: Step };

/** The values of all steps, by the database or pattern that a step names. */
function inEachDatabase<Value>(
  steps: readonly Step[],
  valuesOf: (step: Step) => readonly Value[],
): Map<string, InStep<Value>[]> {
  const found = new Map<string, InStep<Value>[]>();
  for (const step of steps) {
    const values = valuesOf(step).map((value) => ({ ...value, step }));
    if (values.length === 0) continue;
    for (const database of databasesOf(step)) found.set(database, [...(found.get(database) ?? []), ...values]);
  }
  return found;
}
