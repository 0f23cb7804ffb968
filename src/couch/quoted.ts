/**
 * What CouchDB says of a failure, without the secrets of the run: it may echo what it was sent, and a proxy or a
 * validation function may say anything. This is the one place where such text comes in, so that no step can forget it.
 */

type Redact = (text: string) => string;

interface Refusal {
  readonly error: string;
  readonly reason?: unknown;
}

/** One of CouchDB's error codes, which programs go by: it is not secret, though a password may look like it. */
const code = /^[a-z][a-z_]{0,63}$/;

export function quotedCode(error: string, foreign: Redact): string {
  return code.test(error) ? error : foreign(error);
}

/** The body of an answer: its rows that failed, or the body itself where all of it did. */
export function quotedBody(status: number, body: unknown, foreign: Redact): unknown {
  if (status >= 400 && isRefusal(body)) return quoted(body, foreign);
  if (Array.isArray(body)) return quotedRows(body, foreign);
  if (typeof body !== "object" || body === null || !("rows" in body) || !Array.isArray(body.rows)) return body;
  const rows = quotedRows(body.rows, foreign);
  return rows === body.rows ? body : { ...body, rows };
}

/** The same list where none failed: it may be long. */
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
