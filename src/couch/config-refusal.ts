/** Why CouchDB refuses a configuration value, and what to do about it. */
import { MigrateError } from "../contract/errors.js";

/** CouchDB could not write its ini file; the value is in its memory already. */
export function isReadOnlyFile({ data }: MigrateError): boolean {
  const files = /^(?:eperm|eacces|erofs|enospc|enoent)$/;
  return [data.error, data.reason].some((word) => typeof word === "string" && files.test(word));
}

/** Converts `error` to a helpful one; errors that are not about configuration are returned unchanged. */
export function configRefusal(error: MigrateError, node: string, section: string, key: string): MigrateError {
  const told = explained(error, node, section, key);
  if (!told) return error;
  return new MigrateError("request-failed", { ...told, data: { ...error.data, node, section, key }, cause: error });
}

function explained(
  error: MigrateError,
  node: string,
  section: string,
  key: string,
): { readonly message: string; readonly next: string } | undefined {
  const { status, error: word, reason } = error.data;
  const where = `[${section}] ${key}`;
  // That error's own message is enough.
  if (error.code === "disk-full") return undefined;
  if (isReadOnlyFile(error)) {
    return {
      message: `Node ${node} can't write its configuration file, so ${where} would not outlast a restart.`,
      next: "Make CouchDB's local.d writable (for example with a volume), then run again.",
    };
  }
  if (status === 403 && /blacklisted/.test(String(reason))) {
    return {
      message: `CouchDB does not allow changes to section [${section}] over HTTP.`,
      next: `Set ${where} in an ini file of each node, restart it, then run again: an existing value counts.`,
    };
  }
  if (status === 400 && word === "modification_not_allowed") {
    return {
      message: `${where} is not on CouchDB's list of values that can be changed over HTTP.`,
      next: `Add it to [httpd] config_whitelist in CouchDB's ini file, or set ${where} there, then run again.`,
    };
  }
  return undefined;
}
