import { MigrateError } from "../errors.js";
import type { Refusal } from "./decide.js";

/** Its message says what to do, with the commands as they can be pasted. */
export function refusedBy({ code, message }: Refusal): MigrateError {
  return new MigrateError(code, { message });
}
