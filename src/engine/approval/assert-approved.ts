import { MigrateError } from "../../contract/errors.js";
import { isPattern, patternTest } from "../../couch/pattern.js";
import { namedDatabases } from "../../kinds/targets.js";
import type { Step } from "../../migrations/step.js";
import type { Finding } from "../examine.js";
import type { Run } from "../session.js";
import { whyUnapproved } from "./approved.js";

/**
 * Throws `unapproved` if the run has an approved plan that does not contain this write. The run has compared everything
 * before its first write, so this notices what has changed since.
 */
export function assertApproved(
  { approved }: Pick<Run, "approved">,
  step: Step,
  { database }: { readonly database?: string },
  { action, found }: Finding,
): void {
  if (!approved || !found || action === "none" || action === "refused") return;
  const writing = { id: step.id, checksum: step.checksum, matches: matchedBy(step) };
  const why = whyUnapproved(approved, writing, { action, database, ...found });
  if (why !== undefined) throw new MigrateError("unapproved", { message: why, data: { id: step.id, database } });
}

/** Whether a pattern of the step matches the database. A step may name databases as well. */
export function matchedBy(step: Step): (database: string) => boolean {
  const patterns = namedDatabases(step).filter(isPattern).map(patternTest);
  return (database) => patterns.some((matches) => matches(database));
}
