/**
 * The main transport: nano, over node:http.
 *
 * nano returns bodies without their status, and reads them without a catch: an answer of text that is cut, or that times
 * out, would end the process with an unhandled rejection. It also can't bound an answer. And the `fetch` that it calls
 * costs 0.1 s and some 20 MB when it is loaded, and then three times the processor time of node:http for each request.
 * So nano is given a `fetch` that sends what nano has built through the light transport, hands it whole answers only,
 * and keeps the status. nano calls the global `fetch` before `request` returns, so the exchange of that global is over
 * before any other code can run.
 */
import type { ServerScope } from "nano";
import type { Address } from "./connection.js";
import { type Transport, TransportFailure, type WireRequest, type WireResponse } from "./transport.js";

/** What nano's types leave out, but its code reads. */
interface NanoRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly dontStringify: true;
  readonly dontParse: true;
}

/** @param wires sends what nano has built, and is closed by whoever has made it */
export function nanoTransport(address: Address, wires: Transport): Transport {
  const base = `${address.url}/`;

  async function send(wire: WireRequest): Promise<WireResponse> {
    const { default: nano } = await import("nano");
    // An instance a request: nano takes headers from its configuration only.
    const configuration = { url: base, parseUrl: false, headers: { ...wire.headers } };
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
      (url, { headers, body }) => {
        if (!url.startsWith(base)) throw new TransportFailure("refused", false, `nano would send this to ${url}`);
        // nano has the method in lower case, which no HTTP server knows.
        answer = wires.send({
          ...wire,
          target: url.slice(base.length - 1),
          headers,
          ...(body === undefined ? {} : { body }),
        });
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

/** As nano calls it. */
type Fetch = (
  url: string,
  init: { readonly headers: Readonly<Record<string, string>>; readonly body?: string },
) => Promise<Fetched>;

/** What nano reads of a `Response`. A real one is a stream again, and needs what node:http spares us. */
interface Fetched {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  json(): Promise<unknown>;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBufferLike>;
}

/** The body is decoded. */
function asFetched({ status, headers, body }: WireResponse): Fetched {
  const { "content-encoding": _decoded, ...others } = headers;
  return {
    status,
    headers: new Map(Object.entries(others)),
    json: async () => JSON.parse(body),
    text: async () => body,
    arrayBuffer: async () => Buffer.from(body).buffer,
  };
}

/** Does the work, which must not wait for anything, with another global `fetch`. */
function withFetch<T>(substitute: Fetch, work: () => T): T {
  const original = globalThis.fetch;
  globalThis.fetch = substitute as unknown as typeof fetch;
  try {
    return work();
  } finally {
    globalThis.fetch = original;
  }
}
