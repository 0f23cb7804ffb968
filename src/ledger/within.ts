import { type ErrorCode, MigrateError } from "../contract/errors.js";
import { span } from "../text/span.js";

/**
 * Limits the time of a request with all its repetitions, because the lease's clock keeps running. `code`: the error
 * to throw after that. The request must settle when its signal is aborted.
 */
export async function within<T>(
  milliseconds: number,
  code: ErrorCode,
  signal: AbortSignal | undefined,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const message = `CouchDB did not answer within ${span(milliseconds)}`;
  const timer = setTimeout(() => limit.abort(new MigrateError(code, { message })), milliseconds);
  try {
    return await send(signal ? AbortSignal.any([signal, limit.signal]) : limit.signal);
  } finally {
    clearTimeout(timer);
  }
}
