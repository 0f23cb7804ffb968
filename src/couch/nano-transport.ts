/**
 * The transport of writes: nano builds the request, and our own dispatcher sends it.
 *
 * What nano does: it builds the URL, the headers, the body and the login of a request, and calls Node's `fetch` with
 * them. It takes headers only from its configuration, so an instance has one login; when the login changes, the next
 * request gets a new instance.
 *
 * What the dispatcher does: `agentOptions` is nano's documented way to replace the layer below `fetch`. The
 * dispatcher sends through http-transport.ts, which checks the lease when the connection is ready and before the
 * first byte is sent, limits the time and the size of the response, aborts the request with its signal, and resolves
 * only with complete responses. Then the dispatcher passes the response to fetch.
 *
 * Why: fetch's own dispatcher can't check the lease before the first byte. nano reads a text without a catch: if the
 * body is cut off or aborted while nano reads it, the process would exit with an unhandled rejection. A complete
 * response can't be cut off or aborted; for the same reason the dispatcher has the signal, and nano does not.
 *
 * The dispatcher also records the response, and `send` resolves with it. nano returns a success without its status,
 * but CouchDB's 201 and 202 are different, and a failure without its text.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { ServerScope } from "nano";
import type { Address } from "./connection.js";
import { answerFetch, type FetchHandler } from "./fetch-handler.js";
import { type Transport, TransportFailure, type WireRequest, type WireResponse } from "./transport.js";

/** A request on its way through nano and fetch. */
interface Sending {
  readonly wire: WireRequest;
  /** Resolves `send`. */
  readonly resolve: (answer: Promise<WireResponse>) => void;
  sent: boolean;
}

/** What fetch passes to a dispatcher, as far as it is used here. */
interface Dispatch {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Fields that nano's types omit, but its code reads. */
interface NanoRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly dontStringify: true;
  readonly dontParse: true;
}

/** fetch resolves these segments, even encoded ones, and would request another path. */
const dotSegment = /\/(?:\.|%2e){1,2}(?:[/?]|$)/i;

/** @param wires sends what nano has built; the code that created it also closes it */
export function nanoTransport(address: Address, wires: Transport): Transport {
  /** fetch does not pass anything to its dispatcher that identifies the request. */
  const current = new AsyncLocalStorage<Sending>();
  let instance: Promise<ServerScope> | undefined;
  let login: string | undefined;

  function instanceFor(authorization: string | undefined): Promise<ServerScope> {
    if (!instance || login !== authorization) instance = instanceWith(authorization);
    login = authorization;
    return instance;
  }

  async function instanceWith(authorization: string | undefined): Promise<ServerScope> {
    const { default: nano } = await import("nano");
    const headers = { "user-agent": "couchdb-migrate", ...(authorization && { Authorization: authorization }) };
    const configuration = { url: `${address.url}/`, parseUrl: false, headers, agentOptions: { dispatch } };
    return nano(configuration as never) as unknown as ServerScope;
  }

  function dispatch({ path, headers }: Dispatch, handler: FetchHandler): boolean {
    const sending = current.getStore();
    // fetch repeats a request after a 421; here, nothing may be sent twice.
    if (!sending || sending.sent) throw new Error("fetch sends a request that nano has not built");
    sending.sent = true;
    const { wire } = sending;
    const answer = wires.send({
      // The body is the text that was given to nano; fetch would turn it into a stream.
      ...wire,
      target: path.slice(address.prefix.length),
      headers: { ...headers, ...beyondNano(wire.headers) },
    });
    sending.resolve(answer);
    answerFetch(handler, answer);
    return true;
  }

  async function send(wire: WireRequest): Promise<WireResponse> {
    if (dotSegment.test(wire.target)) return wires.send(wire);
    const nano = await instanceFor(wire.headers.Authorization);
    const options: NanoRequest = {
      method: wire.method,
      path: wire.target.slice(1),
      ...(wire.body === undefined ? {} : { body: wire.body }),
      dontStringify: true,
      dontParse: true,
    };
    return new Promise((resolve, reject) => {
      const sending = { wire, resolve, sent: false };
      // nano fails for every status from 400 on; `send` has resolved with it already. A failure before that means
      // that nothing was sent.
      const fail = (error: Error) => reject(new TransportFailure("refused", false, error.message));
      current.run(sending, () => nano.request(options as never)).catch(fail);
    });
  }
  return { send, close: () => {} };
}

/** nano has no per-request headers, and adds these itself. */
function beyondNano({ Authorization, accept, ...others }: WireRequest["headers"]): WireRequest["headers"] {
  const { "user-agent": _agent, "content-type": _type, ...beyond } = others;
  return beyond;
}
