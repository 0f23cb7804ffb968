/** The response of an endpoint: a reply that it returns, or an error that it throws. */

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body as JSON; omitted if `raw` is set. */
  readonly json?: unknown;
  readonly raw?: string | Uint8Array;
}

export function reply(json: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return { status, json, headers };
}

/** An error that the client sees, in CouchDB's format: a status, and a body with `error` and `reason`. */
export class CouchError extends Error {
  constructor(
    readonly status: number,
    readonly error: string,
    readonly reason: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`${status} ${error}: ${reason}`);
    this.name = "CouchError";
  }

  toReply(): Reply {
    return reply({ error: this.error, reason: this.reason }, this.status, { ...this.headers });
  }

  /** The error as a row of `_bulk_docs`. */
  toRow(id: string): { id: string; error: string; reason: string } {
    return { id, error: this.error, reason: this.reason };
  }
}

export const badRequest = (reason: string) => new CouchError(400, "bad_request", reason);
export const invalidJson = () => badRequest("invalid UTF-8 JSON");
export const queryParseError = (reason: string) => new CouchError(400, "query_parse_error", reason);
export const unauthorized = (reason: string) => new CouchError(401, "unauthorized", reason);
export const forbidden = (reason: string) => new CouchError(403, "forbidden", reason);
export const notFound = (reason = "missing") => new CouchError(404, "not_found", reason);
export const databaseMissing = () => notFound("Database does not exist.");
export const conflict = () => new CouchError(409, "conflict", "Document update conflict.");
export const notImplemented = () => new CouchError(501, "not_implemented", "this feature is not yet implemented");

/** @param allowed the methods, in CouchDB's format: `GET,HEAD` */
export function methodNotAllowed(allowed: string): CouchError {
  return new CouchError(405, "method_not_allowed", `Only ${allowed} allowed`, { Allow: allowed });
}
