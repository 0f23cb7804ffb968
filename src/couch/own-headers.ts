/**
 * The headers that a user adds to every request to CouchDB: for a gateway in front of it, or for CouchDB itself. Pure.
 * No message quotes a value, because each may be a secret.
 */
import type { Connection } from "../contract/connection.js";
import { MigrateError } from "../contract/errors.js";

/** The run sets them itself, or they describe the connection and the body. */
const taken: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "destination",
  "expect",
  "host",
  "if-match",
  "if-none-match",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "user-agent",
  "x-couch-full-commit",
  "x-couch-persist",
  "x-http-method-override",
]);

/** What is wrong with headers, as phrases. A name occurs twice even if it differs in case. */
export function headerFaults(headers: readonly (readonly [name: string, value: string])[]): readonly string[] {
  const faults = headers.flatMap(([name, value]) => headerFault(name, value) ?? []);
  if (faults.length > 0) return [...new Set(faults)];
  const repeated = repeatedHeader(headers.map(([name]) => name));
  return repeated === undefined ? [] : [`\`${repeated}\` is set twice`];
}

function headerFault(name: string, value: string): string | undefined {
  if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) return "a header is not `Name: value`";
  const lower = name.toLowerCase();
  if (lower === "authorization") return "`Authorization` is set by the login; use COUCHDB_TOKEN for a bearer token";
  if (taken.has(lower)) return `\`${name}\` is set by couchdb-migrate itself`;
  if (value.trim() === "") return `\`${name}\` has no value`;
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
    return `\`${name}\` has a value with characters that no header may contain`;
  return undefined;
}

function repeatedHeader(names: readonly string[]): string | undefined {
  const lower = names.map((name) => name.toLowerCase());
  return names.find((_, i) => lower.indexOf(lower[i] ?? "") < i);
}

/** Throws `invalid-settings`. */
export function ownHeaders({ headers = {} }: Connection): Readonly<Record<string, string>> {
  const [fault] = headerFaults(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  if (fault === undefined) return headers;
  throw new MigrateError("invalid-settings", {
    message: `the headers of the connection can't be used: ${fault}`,
    next: "Correct --header, COUCHDB_MIGRATE_HEADERS or COUCHDB_MIGRATE_HEADERS_FILE (or what the library gets in `connection.headers`).",
  });
}
