/** Determines in which databases a step works, given those that exist. */

import { ledgerDatabases } from "../contract/options.js";
import { isPattern, patternTest } from "../couch/pattern.js";
import type { StepKind } from "../steps/kind.js";
import { kindByName } from "./index.js";

/** What determines a step's targets. */
interface KindSpec {
  readonly kind: string;
  readonly desired: unknown;
}

/** Names of databases: a set, or the keys of a map. */
export interface Names {
  has(name: string): boolean;
  keys(): Iterable<string>;
}

export function kindOf(step: Pick<KindSpec, "kind">): StepKind {
  const kind = kindByName.get(step.kind);
  if (!kind) throw new Error(`unknown step kind ${step.kind}`);
  return kind as unknown as StepKind;
}

/** The names and patterns that the step gives. */
export function namedDatabases(step: KindSpec): readonly string[] {
  return kindOf(step).databases(step.desired);
}

/** The step works only in databases that match its patterns; there may be none. */
export function hasOnlyPatterns(step: KindSpec): boolean {
  const named = namedDatabases(step);
  return named.length > 0 && named.every(isPattern);
}

/** What the step claims in one database that it names or that matches its pattern. */
export function claimsIn(step: KindSpec, database: string): readonly string[] {
  return kindOf(step).claims({ ...(step.desired as object), database: [database] });
}

/**
 * The databases that the step works in: those that it names, and the existing ones that match its patterns. `own` is
 * the database of the ledger.
 */
export function placeIn(step: KindSpec, existing: Names, own: string): string[] {
  const named = namedDatabases(step);
  const patterns = named.filter(isPattern).map(patternTest);
  const found = new Set(named.filter((name) => !isPattern(name)));
  if (patterns.length > 0) {
    const ledgers = ledgerDatabases(own);
    for (const database of existing.keys()) {
      if (!ledgers.has(database) && patterns.some((matches) => matches(database))) found.add(database);
    }
  }
  const places = [...found].sort();
  if (kindOf(step).nature?.destroys !== "always") return places;
  // What does not exist does not have to be removed.
  return places.filter((database) => existing.has(database));
}
