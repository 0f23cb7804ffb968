/**
 * One request on the wire and its complete response. http-transport.ts implements it, and
 * docs/decisions/0007-transport.md says why nano and fetch do not.
 *
 * A transport never follows a redirect, never repeats a request, limits the response in time and size, and resolves
 * only once the response is complete. Any HTTP status is a response; without one, it rejects with a
 * `TransportFailure`.
 */
/** A body that is too large for memory. Each attempt opens it again. */
export interface BodyStream {
  readonly bytes: number;
  /** Yields exactly `bytes` bytes, or throws. */
  open(): AsyncIterable<Uint8Array>;
}

export interface WireRequest {
  readonly method: string;
  /** Encoded, with its query, relative to the address's prefix; begins with a slash. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | BodyStream;
  /** Instead of the body of a success, return its size and SHA-256, as JSON (`Digest`). */
  readonly digest?: boolean;
  /** Milliseconds for the whole request; if a body is streamed, from one piece to the next. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** Called when the connection is ready, before the first byte is sent. If it throws, nothing is sent. */
  readonly begin?: () => void;
}

/** The digest of a response, whatever its size. */
export interface Digest {
  readonly length: number;
  /** Hex. */
  readonly sha256: string;
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

/** 64 MB: larger than any response that a migration needs. */
export const defaultMaxBody = 64 * 1024 * 1024;

export type FailureKind =
  /** The host's name does not resolve. */
  | "unresolved"
  /** The connection could not be established. */
  | "refused"
  /** The certificates are not valid, or TLS failed in another way. */
  | "tls"
  /** The port uses plain HTTP where TLS was expected, or the other way round. */
  | "scheme"
  /** The connection ended before the answer was complete. */
  | "cut"
  | "timeout"
  | "too-large"
  /** The response is not HTTP. */
  | "not-http"
  /** Nothing was sent: the lease has to be renewed first. */
  | "overdue"
  | "aborted";

export class TransportFailure extends Error {
  override readonly name = "TransportFailure";
  readonly kind: FailureKind;
  /** The server may have received the request and acted on it. */
  readonly sent: boolean;

  constructor(kind: FailureKind, sent: boolean, message: string) {
    super(message);
    this.kind = kind;
    this.sent = sent;
  }
}

const unresolved = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_NONAME"]);
const refused: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "connection refused"],
  ["EHOSTUNREACH", "no route to the host"],
  ["ENETUNREACH", "the network is unreachable"],
  ["EHOSTDOWN", "the host is down"],
  ["EADDRNOTAVAIL", "the address is not available"],
  ["EACCES", "the connection is not permitted"],
  ["ETIMEDOUT", "the connection timed out"],
]);
/** OpenSSL's messages if the response is not TLS. */
const notTls = /wrong version number|packet length too long|http request|unknown protocol/i;
const tls = /^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH)/;

/** Classifies an error of node:http. `sent`: what the transport knows; if the connection failed, nothing was sent. */
export function failureOf(thrown: unknown, sent: boolean): TransportFailure {
  if (thrown instanceof TransportFailure) return thrown;
  const error = errorOf(thrown);
  const code = String((error as NodeJS.ErrnoException).code ?? "");
  const text = code === "" ? error.message : `${code}: ${error.message}`;
  if (unresolved.has(code))
    return new TransportFailure("unresolved", false, `the host name does not resolve (${code})`);
  const why = refused.get(code);
  if (why !== undefined) return new TransportFailure("refused", sent && code === "ETIMEDOUT", why);
  if (tls.test(code)) {
    if (notTls.test(error.message)) return new TransportFailure("scheme", false, "the port speaks plain HTTP, not TLS");
    return new TransportFailure("tls", false, `no trusted TLS connection (${text.trim()})`);
  }
  if (code.startsWith("HPE_")) return notHttp(error, text);
  return new TransportFailure("cut", sent, `the connection ended early (${text})`);
}

/** The first two bytes of an alert, a TLS server's response to plain HTTP. */
const tlsAlert = [21, 3];

function notHttp(error: Error, text: string): TransportFailure {
  const { rawPacket } = error as { readonly rawPacket?: Uint8Array };
  if (rawPacket && tlsAlert.every((byte, i) => rawPacket[i] === byte)) {
    return new TransportFailure("scheme", false, "the port speaks TLS, not plain HTTP");
  }
  return new TransportFailure("not-http", true, `the server does not speak HTTP (${text})`);
}

/** If a host has several addresses, Node throws an AggregateError. */
function errorOf(thrown: unknown): Error {
  const error: unknown = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  return error instanceof Error ? error : new Error(String(error));
}
