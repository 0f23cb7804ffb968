/** Turns an assessment into units of work, with their order and places. Pure. */
import type { PartOption } from "../contract/options.js";
import { isPattern } from "../couch/pattern.js";
import { kindOf, namedDatabases } from "../kinds/targets.js";
import { isOnce, joinsNeighbours } from "../kinds/traits.js";
import type { Target } from "../steps/kind.js";
import type { Assessment } from "./assess.js";
import type { Decision } from "./decide.js";
import { targetsOf } from "./places.js";
import { dependencies, type Ordered, units } from "./schedule.js";
import type { Run } from "./session.js";

/** One step, or one part of it in each of these databases. */
export interface Unit {
  readonly decision: Decision;
  readonly part?: PartOption & { readonly databases: readonly string[] };
}

/** The server, a database, or one part of the work in a database. */
export interface Place extends Target {
  readonly part?: number;
}

export interface Units {
  /** The units of one group may run at the same time. */
  readonly groups: readonly (readonly Unit[])[];
  /** For each group, which groups must be done before it. */
  readonly needs: readonly (readonly number[])[];
}

/** @param isOf which of the due steps to take. Absent: all of them. */
export function unitsOf({ decisions, due }: Assessment, isOf = (_: Decision) => true): Units {
  const todo = decisions.filter((decision) => due.has(decision.step.id) && isOf(decision));
  const order = todo.map(orderOf);
  const together = units(order);
  return {
    groups: together.map((indices) => indices.flatMap((index) => (todo[index] ? { decision: todo[index] } : []))),
    needs: dependencies(together.flatMap(([first = 0]) => order[first] ?? [])),
  };
}

function orderOf({ step }: Decision): Ordered {
  const kind = kindOf(step);
  const databases = namedDatabases(step);
  const barrier = kind.scope === "server" || databases.some(isPattern);
  return { barrier, databases, joins: joinsNeighbours(step) };
}

/**
 * Where the unit needs work: everywhere if drift made it due.
 *
 * @param existing the databases that exist now: earlier steps may have created some that a pattern matches
 */
export function placesOf(
  { place, verify }: Pick<Run, "place" | "verify">,
  { decision: { step, state, databases }, part }: Unit,
  seen: Pick<Assessment, "existing">,
  existing: ReadonlyMap<string, string>,
): Place[] {
  if (part) return part.databases.map((database) => ({ database, part: part.number }));
  const targets = targetsOf({ place }, step, existing);
  const again = state === "applied" || verify;
  if (again && !isOnce(step)) return targets;
  return targets.filter(
    ({ database }) => database === undefined || databases.has(database) || !seen.existing.has(database),
  );
}

/** How events name the unit. */
export function saidOf({ decision: { step }, part }: Unit): { id: string; kind: string; title: string } {
  const title = kindOf(step).title(step.shown);
  return { id: step.id, kind: step.kind, title: part ? `part ${part.number} of ${part.of} of ${title}` : title };
}
