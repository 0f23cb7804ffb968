import { catalogue, MigrateError } from "../contract/errors.js";

/** For commands that never apply anything: the error, without the general hint that nothing was applied. */
export function correctTheFiles(error: MigrateError): MigrateError {
  const { code, message, data, next, cause } = error;
  if (code !== "invalid-input" || next !== catalogue["invalid-input"].next) return error;
  return new MigrateError(code, { message, data, next: "Correct the files.", cause });
}
