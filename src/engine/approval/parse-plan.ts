import { MigrateError } from "../../contract/errors.js";
import type { Plan } from "../../contract/results.js";
import { planValidators } from "../../generated/plan-validators.js";
import type { SpecError } from "../../steps/spec-validator.js";
import { isObject } from "../../text/json.js";

/**
 * Checks that this is a plan. Throws `invalid-plan`.
 *
 * @param what for the message: the file
 */
export function parsePlan(value: unknown, what = "the plan"): Plan {
  const invalid = (why: string) => new MigrateError("invalid-plan", { message: `${what} ${why}`, data: { why } });
  if (!isObject(value) || !("formatVersion" in value)) throw invalid("is not a plan of couchdb-migrate");
  if (value.formatVersion !== 1) {
    const madeBy = typeof value.version === "string" ? `: couchdb-migrate ${value.version} made it` : "";
    throw invalid(`has formatVersion ${JSON.stringify(value.formatVersion)}, and this version reads 1${madeBy}`);
  }
  const validate = planValidators.plan;
  if (validate && !validate(value)) {
    const [first] = (validate.errors ?? []) as readonly (SpecError & { readonly message?: string })[];
    const where = first?.instancePath ? ` at ${first.instancePath}` : "";
    throw invalid(`is not a plan of couchdb-migrate${where}: ${first?.message ?? "another form was expected"}`);
  }
  return value as unknown as Plan;
}
