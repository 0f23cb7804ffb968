import { MigrateError } from "../contract/errors.js";
import type { Assessment } from "./assess.js";
import type { Refusal } from "./decide.js";
import { fail } from "./outcome.js";
import type { Run } from "./session.js";

/**
 * Fails every step that files and ledger alone refuse, before anything is written; the other steps are not started.
 * False: none is refused.
 */
export function failRefused(run: Run, { decisions, due }: Assessment): boolean {
  const todo = decisions.filter(({ step }) => due.has(step.id));
  if (!todo.some(({ refusal }) => refusal)) return false;
  for (const { step, refusal } of todo) {
    if (refusal) fail(run, step.id, undefined, refusedBy(refusal));
    else run.outcomes.push({ is: "not-reached", id: step.id });
  }
  return true;
}

export function refusedBy({ code, message, next }: Refusal): MigrateError {
  return new MigrateError(code, { message, next });
}
