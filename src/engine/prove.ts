/** Reads back what a step has written, if CouchDB's answers prove nothing (see `fast.provenByApply` of the kind). */

import { MigrateError, toMigrateError } from "../contract/errors.js";
import type { Change } from "../contract/results.js";
import { lookAgain } from "../couch/look-again.js";
import { kindOf } from "../kinds/targets.js";
import type { Step } from "../migrations/step.js";
import type { Target } from "../steps/kind.js";
import { examine, examineInDetail } from "./examine.js";
import type { Run } from "./session.js";

const maxNamed = 5;
const longestValue = 80;

/** Resolves when nothing is missing any more. The write has cleared the cache, so the first check asks the server. */
export async function prove(run: Run, step: Step, target: Target): Promise<void> {
  const look = async (number: number) => {
    if (number > 0) run.couch.forget(target.database);
    const { action } = await lookAt(run, step, target, examine);
    return action === "none" ? true : undefined;
  };
  if (await lookAgain(look, { signal: run.signal })) return;
  const { changes } = await lookAt(run, step, target, examineInDetail);
  throw notApplied(step, target, `the server does not have what was sent: ${differences(changes)}`);
}

async function lookAt(run: Run, step: Step, target: Target, look: typeof examine) {
  try {
    return await look(run, step, target, true);
  } catch (thrown) {
    const error = toMigrateError(thrown);
    // Since this write, the run logs in with what was written. A refused login is not retried: CouchDB locks
    // accounts.
    if (error.code !== "unauthorized") throw error;
    throw notApplied(step, target, "refuses the login of this run from then on", error);
  }
}

/** @param but what was found instead: the text after `but` */
function notApplied(step: Step, { database }: Target, but: string, cause?: MigrateError): MigrateError {
  const title = kindOf(step).title(step.shown);
  const where = database === undefined ? "" : ` (in database ${database})`;
  return new MigrateError("not-applied", {
    message: `CouchDB accepted the write of ${title}${where}, but ${but}`,
    data: { id: step.id, ...(database === undefined ? {} : { database }) },
    ...(cause ? { cause } : {}),
  });
}

/** @param changes what is still missing, without secrets */
function differences(changes: readonly Change[]): string {
  const named = changes
    .slice(0, maxNamed)
    .map(({ path, before, after }) => `${path} is ${shown(before)} and should be ${shown(after)}`);
  const more = changes.length > maxNamed ? [`and ${changes.length - maxNamed} more differences`] : [];
  return [...named, ...more].join("; ");
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return "absent";
  const text = JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}
