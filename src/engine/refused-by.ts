import { MigrateError } from "../contract/errors.js";
import type { Refusal } from "./decide.js";

export function refusedBy({ code, message, next }: Refusal): MigrateError {
  return new MigrateError(code, { message, next });
}
