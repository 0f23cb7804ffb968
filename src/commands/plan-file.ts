import { MigrateError } from "../contract/errors.js";
import type { Plan } from "../contract/results.js";
import { readText } from "../files/read-text.js";
import { visible } from "../text/visible.js";

/** Reads a plan that `plan --format json --out` has written. Throws `invalid-plan`. Sends no request. */
export async function readPlan(file: string): Promise<Plan> {
  const { parsePlan } = await import("../engine/approval/parse-plan.js");
  const name = visible(file);
  const read = readText(file);
  if ("unreadable" in read) throw new MigrateError("invalid-plan", { message: `${name} ${read.unreadable.reason}` });
  return parsePlan(jsonOf(read.text, name), name);
}

/** The reason would quote the file, which may be another one than its user thinks, and contain secrets. */
function jsonOf(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new MigrateError("invalid-plan", { message: `${name} is not a plan of couchdb-migrate: it is not JSON` });
  }
}
