/**
 * The main transport: nano, which is loaded when the first request needs it.
 *
 * nano returns bodies without their status, and reads them without a catch: an answer of text that is cut, or that times
 * out, would end the process with an unhandled rejection. It also can't bound an answer. So nano is given a `fetch` that
 * hands it whole answers only, and keeps the status. nano calls the global `fetch` before `request` returns, so the
 * exchange of that global is over before any other code can run.
 */
import type { ServerScope } from "nano";
import type { Address } from "./connection.js";
import {
  defaultMaxBody,
  failureOf,
  type Transport,
  TransportFailure,
  type WireRequest,
  type WireResponse,
} from "./transport.js";

/** What nano's types leave out, but its code reads. */
interface NanoRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly dontStringify: true;
  readonly dontParse: true;
}

/** nano sends methods in lower case, which fetch puts right for the usual ones only; fetch collapses `.` and `..`. */
export function nanoCanSend(request: Pick<WireRequest, "method" | "target">): boolean {
  if (!["GET", "HEAD", "POST", "PUT", "DELETE"].includes(request.method)) return false;
  return !/(?:^|\/)(?:\.|%2e){1,2}(?:\/|\?|$)/i.test(request.target);
}

export function nanoTransport(address: Address, maxBody = defaultMaxBody): Transport {
  async function send(wire: WireRequest): Promise<WireResponse> {
    const { default: nano } = await import("nano");
    // An instance a request: nano takes headers from its configuration only.
    const configuration = { url: `${address.url}/`, parseUrl: false, headers: { ...wire.headers } };
    const client = nano(configuration) as unknown as ServerScope;
    const options: NanoRequest = {
      method: wire.method,
      path: wire.target.slice(1),
      ...(wire.body === undefined ? {} : { body: wire.body }),
      dontStringify: true,
      dontParse: true,
    };
    let answer: Promise<WireResponse> | undefined;
    const request = withFetch(
      (original) => (url, init) => {
        answer = fetchWhole(original, url, init, wire, maxBody);
        return answer.then(asFetched);
      },
      () => client.request(options as never),
    );
    if (!answer) throw new TransportFailure("refused", false, "this version of nano does not call fetch at once");
    // What nano makes of the answer is not needed, but must be heard to its end.
    await request.catch(() => {});
    return answer;
  }
  return { send, close: () => {} };
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Does the work, which must not wait for anything, with another global `fetch`. */
function withFetch<T>(substitute: (original: Fetch) => Fetch, work: () => T): T {
  const original = globalThis.fetch;
  globalThis.fetch = substitute(original) as typeof fetch;
  try {
    return work();
  } finally {
    globalThis.fetch = original;
  }
}

async function fetchWhole(
  fetch: Fetch,
  url: string,
  init: RequestInit,
  wire: WireRequest,
  maxBody: number,
): Promise<WireResponse> {
  const cut = new AbortController();
  const abort = () => cut.abort(new TransportFailure("aborted", true, "aborted"));
  const timer = setTimeout(() => {
    cut.abort(new TransportFailure("timeout", true, `no complete answer within ${wire.timeout} ms`));
  }, wire.timeout);
  wire.signal.addEventListener("abort", abort);
  if (wire.signal.aborted) abort();
  try {
    const response = await fetch(url, { ...init, method: wire.method, redirect: "manual", signal: cut.signal });
    const body = await collect(response, maxBody, cut);
    return { status: response.status, headers: Object.fromEntries(response.headers), body };
  } catch (thrown) {
    // The signal's reason tells more than what fetch makes of it.
    throw failureOf(cut.signal.aborted ? cut.signal.reason : thrown, true);
  } finally {
    clearTimeout(timer);
    wire.signal.removeEventListener("abort", abort);
  }
}

async function collect(response: Response, maxBody: number, cut: AbortController): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBody) {
      cut.abort(new TransportFailure("too-large", true, `the answer is longer than ${maxBody} bytes`));
      throw cut.signal.reason;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** A status without a body (204, 304) takes none, not even an empty one. */
function asFetched(answer: WireResponse): Response {
  const { "content-encoding": _decoded, ...headers } = answer.headers;
  return new Response(answer.body === "" ? null : answer.body, { status: answer.status, headers });
}
