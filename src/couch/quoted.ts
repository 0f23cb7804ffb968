/**
 * CouchDB's description of a failure, without the secrets of the run: CouchDB may echo what it was sent, and a proxy
 * or a validation function may say anything. Such text enters only here, so that no code can forget to clean it.
 */

type Redact = (text: string) => string;

interface Refusal {
  readonly error: string;
  readonly reason?: unknown;
}

/**
 * One of CouchDB's error codes, which programs depend on: it is not secret, even if a password happens to look like
 * it.
 */
const code = /^[a-z][a-z_]{0,63}$/;

export function quotedCode(error: string, foreign: Redact): string {
  return code.test(error) ? error : foreign(error);
}

/** The body of a response: its failed rows, or the body itself if everything failed. */
export function quotedBody(status: number, body: unknown, foreign: Redact): unknown {
  if (status >= 400 && isRefusal(body)) return quoted(body, foreign);
  if (Array.isArray(body)) return quotedRows(body, foreign);
  if (typeof body !== "object" || body === null || !("rows" in body) || !Array.isArray(body.rows)) return body;
  const rows = quotedRows(body.rows, foreign);
  return rows === body.rows ? body : { ...body, rows };
}

/** Returns the same list if no row failed: it may be long. */
function quotedRows(rows: readonly unknown[], foreign: Redact): readonly unknown[] {
  return rows.some(isRefusal) ? rows.map((row) => (isRefusal(row) ? quoted(row, foreign) : row)) : rows;
}

function quoted(refusal: Refusal, foreign: Redact): Refusal {
  const { error, reason } = refusal;
  const said = typeof reason === "string" ? { reason: foreign(reason) } : {};
  return { ...refusal, error: quotedCode(error, foreign), ...said };
}

function isRefusal(value: unknown): value is Refusal {
  return typeof value === "object" && value !== null && "error" in value && typeof value.error === "string";
}
