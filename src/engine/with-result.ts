import { MigrateError } from "../contract/errors.js";

/** Adds what happened to the steps so far to the error, as `data.result`. */
export function withResult({ code, message, data, next, cause }: MigrateError, result: object): MigrateError {
  return new MigrateError(code, { message, data: { ...data, result }, next, cause });
}
