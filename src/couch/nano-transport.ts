/**
 * The main transport: nano builds each request, and a dispatcher of ours sends it.
 *
 * What nano does: it makes the URL, the headers, the body and the login of a request, and calls Node's `fetch` with
 * them. It takes headers from its configuration only, so an instance has one login; when the login changes, the next
 * request gets a new instance.
 *
 * What the dispatcher does: `agentOptions` is nano's documented way to replace what lies below `fetch`. The dispatcher
 * sends through http-transport.ts. That one asks the lease when the connection is ready and before the first byte goes
 * out, limits the time and the size of the answer, ends the request when its signal aborts, and resolves with whole
 * answers only. Then the dispatcher hands the answer to fetch.
 *
 * Why: fetch's own dispatcher can't ask before the first byte. nano reads a text without a catch: a body that is cut, or
 * aborted, while nano reads it would end the process with an unhandled rejection. A whole answer can be neither; this is
 * also why the dispatcher has the signal, and nano has not.
 *
 * The dispatcher also notes the answer, and `send` resolves with that. nano returns a success without its status, but
 * CouchDB's 201 and 202 are not the same, and a failure without its text.
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

/** What fetch asks of a dispatcher, as far as it is used here. */
interface Dispatch {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What nano's types leave out, but its code reads. */
interface NanoRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly dontStringify: true;
  readonly dontParse: true;
}

/** fetch resolves them, encoded ones too, and so would ask for something else. */
const dotSegment = /\/(?:\.|%2e){1,2}(?:[/?]|$)/i;

/** @param wires sends what nano has built, and is closed by whoever has made it */
export function nanoTransport(address: Address, wires: Transport): Transport {
  /** fetch passes nothing on to its dispatcher that tells which request this is. */
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
    // fetch sends a request again after a 421; nothing here may go out twice.
    if (!sending || sending.sent) throw new Error("fetch sends a request that nano has not built");
    sending.sent = true;
    const { wire } = sending;
    const answer = wires.send({
      // Its body is the text that nano was given, which fetch would make a stream of.
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
      // nano fails for any status from 400 on; by then `send` has resolved with it. Before that, nothing was sent.
      const fail = (error: Error) => reject(new TransportFailure("refused", false, error.message));
      current.run(sending, () => nano.request(options as never)).catch(fail);
    });
  }
  return { send, close: () => {} };
}

/** nano has no headers of a single request, and adds these itself. */
function beyondNano({ Authorization, accept, ...others }: WireRequest["headers"]): WireRequest["headers"] {
  const { "user-agent": _agent, "content-type": _type, ...beyond } = others;
  return beyond;
}
