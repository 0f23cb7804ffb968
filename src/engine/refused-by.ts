import { MigrateError } from "../contract/errors.js";
import type { Assessment } from "./assess.js";
import type { Refusal } from "./decide.js";
import { failSome } from "./fail-some.js";
import type { Run } from "./session.js";

/**
 * Fails every step that files and ledger alone refuse, before anything is written; the other steps are not started.
 * False: none is refused.
 */
export function failRefused(run: Run, { decisions, due }: Assessment): boolean {
  const todo = decisions.filter(({ step }) => due.has(step.id));
  const refused = todo.flatMap(({ step, refusal }) => (refusal ? [[step.id, refusedBy(refusal)] as const] : []));
  return failSome(
    run,
    todo.map(({ step }) => step.id),
    refused,
  );
}

export function refusedBy({ code, message, next }: Refusal): MigrateError {
  return new MigrateError(code, { message, next });
}
