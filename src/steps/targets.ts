/** Which databases a step works in, given those that exist. */

import type { Step } from "../migrations/step.js";
import { kindByName } from "./index.js";
import type { StepKind } from "./kind.js";

export function isPattern(database: string): boolean {
  return database.includes("*");
}

/** Does the name match? A pattern never matches `_…`. */
export function matchesPattern(pattern: string, database: string): boolean {
  if (database.startsWith("_")) return false;
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(database);
}

export function kindOf(step: Step): StepKind {
  const kind = kindByName.get(step.kind);
  if (!kind) throw new Error(`unknown step kind ${step.kind}`);
  return kind as unknown as StepKind;
}

/** The names and patterns that the step gives. */
export function namedDatabases(step: Step): readonly string[] {
  return kindOf(step).databases(step.desired);
}

/**
 * The databases that the step works in: those it names, and of the existing ones those that its patterns match.
 * `own` is the tool's own database, which no pattern matches.
 */
export function placeIn(step: Step, existing: Iterable<string>, own: string): string[] {
  const named = namedDatabases(step);
  const patterns = named.filter(isPattern);
  const found = new Set(named.filter((name) => !isPattern(name)));
  if (patterns.length > 0) {
    for (const database of existing) {
      if (database !== own && patterns.some((pattern) => matchesPattern(pattern, database))) found.add(database);
    }
  }
  return [...found].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
