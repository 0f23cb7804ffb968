import type { MigrateError } from "../contract/errors.js";
import { fail } from "./outcome.js";
import type { Run } from "./session.js";

/**
 * Fails these steps before anything is written; the others of `ids` are not started. False: there are none to fail.
 *
 * @param failures the step's id, and why
 */
export function failSome(
  run: Run,
  ids: Iterable<string>,
  failures: readonly (readonly [id: string, error: MigrateError])[],
): boolean {
  if (failures.length === 0) return false;
  for (const [id, error] of failures) fail(run, id, undefined, error);
  const failed = new Set(failures.map(([id]) => id));
  for (const id of ids) if (!failed.has(id)) run.outcomes.push({ is: "not-reached", id });
  return true;
}
