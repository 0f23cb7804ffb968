import { type ErrorCode, MigrateError } from "../contract/errors.js";
import { span } from "../text/span.js";

/**
 * Gives a request and all its repetitions a limit: the lease's clock does not wait. `code` is what it then throws.
 * The request must settle when its signal aborts.
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
