import { MigrateError } from "../contract/errors.js";
import { unreadable } from "../files/read-text.js";

/**
 * Converts an error of the file system to an error of the settings that named the folder. Other errors are returned
 * unchanged.
 */
export function fileError(error: unknown, next: string): unknown {
  const { path, code } = error as { readonly path?: string; readonly code?: string };
  if (path === undefined || code === undefined) return error;
  return new MigrateError("invalid-settings", { message: `${path} ${unreadable(error).reason}`, next, cause: error });
}
