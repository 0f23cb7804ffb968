/**
 * One request on the wire and its whole answer. Two transports implement it, and both pass test/couch/transport.test.ts:
 * http-transport.ts (light, for the first look) and nano-transport.ts, which goes through the former.
 *
 * A transport never follows a redirect, never repeats a request, bounds the answer in time and size, and resolves only
 * once the answer is complete. Any HTTP status is an answer; what is none rejects with a `TransportFailure`.
 */
export interface WireRequest {
  readonly method: string;
  /** Encoded, with its query, below the address's prefix: begins with a slash. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds for all of it. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

export interface WireResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Transport {
  send(request: WireRequest): Promise<WireResponse>;
  close(): void;
}

/** 64 MB: more than any answer that a migration asks for. */
export const defaultMaxBody = 64 * 1024 * 1024;

export type FailureKind =
  /** The host's name does not resolve. */
  | "unresolved"
  /** No connection came about. */
  | "refused"
  /** The certificates do not fit, or the port does not speak TLS. */
  | "tls"
  /** The connection ended before the answer was complete. */
  | "cut"
  | "timeout"
  | "too-large"
  /** What came back is not HTTP. */
  | "not-http"
  | "aborted";

export class TransportFailure extends Error {
  override readonly name = "TransportFailure";
  readonly kind: FailureKind;
  /** The server may have received the request, and acted on it. */
  readonly sent: boolean;

  constructor(kind: FailureKind, sent: boolean, message: string) {
    super(message);
    this.kind = kind;
    this.sent = sent;
  }
}

const unresolved = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_NONAME"]);
const refused = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "EADDRNOTAVAIL",
  "EACCES",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const timeouts = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"]);
const tls = /^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH)/;

/** Sorts what node:http or undici threw. `sent`: what the transport knows; a failed connection never was. */
export function failureOf(thrown: unknown, sent: boolean): TransportFailure {
  if (thrown instanceof TransportFailure) return thrown;
  const error = deepest(thrown);
  const code = String((error as NodeJS.ErrnoException).code ?? "");
  const text = code === "" ? error.message : `${code}: ${error.message}`;
  if (unresolved.has(code)) return new TransportFailure("unresolved", false, text);
  if (refused.has(code) || code === "ETIMEDOUT")
    return new TransportFailure("refused", sent && code === "ETIMEDOUT", text);
  if (tls.test(code)) return new TransportFailure("tls", false, text);
  if (timeouts.has(code)) return new TransportFailure("timeout", true, text);
  if (code.startsWith("HPE_")) return new TransportFailure("not-http", true, text);
  return new TransportFailure("cut", sent, text);
}

/** fetch wraps what went wrong in a TypeError; several addresses of a host in an AggregateError. */
function deepest(thrown: unknown): Error {
  let error = thrown instanceof Error ? thrown : new Error(String(thrown));
  for (;;) {
    const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
    if (!(inner instanceof Error)) return error;
    error = inner;
  }
}
