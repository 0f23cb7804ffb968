/** A step's kind in one place, with the same interface for every scope. */
import { bug } from "../contract/errors.js";
import type { Difference } from "./difference.js";
import type { DatabaseContext, StepContext, StepKind, Target } from "./kind.js";
import type { StepWarning } from "./warnings.js";

/** With a database if the kind's scope is `database`. */
export type PlacedContext = StepContext<unknown> & Target;

export interface KindInPlace {
  observe(): Promise<unknown>;
  /** Returns `observed` with the additional data that a plan shows. */
  detail(observed: unknown): Promise<unknown>;
  diff(observed: unknown): Difference;
  apply(write: unknown): Promise<readonly StepWarning[] | undefined> | Promise<void>;
}

export function inPlace(kind: StepKind, context: PlacedContext): KindInPlace {
  const { desired } = context;
  if (kind.scope === "server") {
    return {
      observe: () => kind.observe(context),
      detail: async (observed) => kind.detail?.(context, observed) ?? observed,
      diff: (observed) => kind.diff(desired, observed),
      apply: (write) => kind.apply(write, context),
    };
  }
  const there = inDatabase(kind.name, context);
  return {
    observe: () => kind.observe(there),
    detail: async (observed) => kind.detail?.(there, observed) ?? observed,
    diff: (observed) => kind.diff(desired, observed, there),
    apply: (write) => kind.apply(write, there),
  };
}

function inDatabase(name: string, context: PlacedContext): DatabaseContext<unknown> {
  const { database } = context;
  if (database === undefined) throw bug(`${name} works in databases, and was given none`);
  return { ...context, database };
}
