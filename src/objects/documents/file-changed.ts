import { MigrateError } from "../../contract/errors.js";

/** Files are read twice: checked, then written. */
export function fileChanged(name: string, cause?: unknown): MigrateError {
  const message = `${name} changed after this run read it first`;
  const next = "Run again: the run reads the file again, and writes what differs.";
  return new MigrateError("step-failed", { message, next, cause });
}
