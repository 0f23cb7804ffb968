/**
 * An HTTP proxy between the runner and a server: it records what is sent, and breaks the requests that a test chooses.
 * It decides independently whether a request writes, so that it can prove the product wrong.
 */
import { Agent, createServer, type IncomingMessage, type ServerResponse, request as send } from "node:http";
import type { AddressInfo } from "node:net";

export interface Recorded {
  /** 1 for the first request since the start or the last `reset`. */
  readonly number: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly writes: boolean;
  /** The size of its body. */
  readonly bytes: number;
  /** The server's answer; undefined if it never saw the request, or has not answered yet. */
  status: number | undefined;
}

export type Fault =
  /** The connection breaks before the server saw the request. */
  | "lost-before"
  /** The server acts, and the connection breaks before the answer. */
  | "lost-after"
  /** The server acts; the answer breaks off halfway through its body. */
  | "cut-body"
  /** The server sees nothing, and nobody ever answers. */
  | "silence"
  /** The server acts, and nobody ever answers. */
  | "silence-after"
  /** This answer instead of the server's; `acted`: after the server did what was asked. */
  | {
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      readonly acted?: boolean;
    }
  /** Something happens, such as the death of the runner; then the connection breaks. */
  | { readonly before: (request: Recorded) => void | Promise<void> }
  | { readonly after: (request: Recorded) => void | Promise<void> }
  /** Something happens while the request is under way; it is answered as usual. */
  | { readonly during: (request: Recorded) => void | Promise<void> }
  /** The server gets this body (parsed JSON) instead of the one that was sent. */
  | { readonly sends: (body: unknown, request: Recorded) => unknown }
  /** The runner gets this text instead of what the server has answered. */
  | { readonly receives: (text: string, request: Recorded) => string };

export interface RecordingProxy {
  /** Without a slash at its end. */
  readonly url: string;
  /** In the order of arrival. */
  readonly requests: readonly Recorded[];
  /** Those of them that write. */
  writes(): readonly Recorded[];
  /** Forgets the recorded requests and the faults. */
  reset(): void;
  /** Breaks the request with this number. */
  faultAt(number: number, fault: Fault): void;
  /** Breaks the first `times` requests that match. */
  faultWhen(matches: (request: Recorded) => boolean, fault: Fault, times?: number): void;
  close(): Promise<void>;
}

interface PlannedFault {
  readonly matches: (request: Recorded) => boolean;
  readonly fault: Fault;
  left: number;
}

interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** POSTs that only read; every other request with another method than GET or HEAD writes. */
const readingPosts = [
  /^\/_dbs_info$/,
  /^\/_session$/,
  /^\/[^/]+\/(_all_docs|_design_docs|_local_docs)(\/queries)?$/,
  /^\/[^/]+\/(_find|_explain|_bulk_get|_changes|_revs_diff|_missing_revs)$/,
  /^\/[^/]+\/_partition\/[^/]+\/(_find|_explain|_all_docs)$/,
  /^\/[^/]+\/_design\/[^/]+\/_view\/[^/]+(\/queries)?$/,
];

export function writes(method: string, path: string): boolean {
  if (method === "GET" || method === "HEAD") return false;
  const [bare = ""] = path.split("?");
  return method !== "POST" || !readingPosts.some((reading) => reading.test(bare));
}

export interface ProxyOptions {
  /** Paths are decoded on their way, as by nginx if `proxy_pass` has a path: `%2F` arrives as `/`, `%2B` as `+`. */
  readonly decodesPaths?: boolean;
  /** The login that the server gets instead of the sent one. `undefined`: the proxy itself answers, with 401. */
  readonly signs?: (authorization: string | undefined) => string | undefined;
  /** Requests that the proxy itself answers, with 403. */
  readonly forbids?: (request: Pick<Recorded, "method" | "path">) => boolean;
}

/** nginx decodes a path, and encodes what is not allowed in a request line. */
function decoded(target: string): string {
  const [path = "", ...query] = target.split("?");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is encoded.
  const sent = decodeURIComponent(path).replaceAll(/[\u0000-\u0020%?#\u007f-\uffff]+/g, encodeURIComponent);
  return [sent, ...query].join("?");
}

export async function startProxy(target: string, options: ProxyOptions = {}): Promise<RecordingProxy> {
  const agent = new Agent({ keepAlive: true });
  let requests: Recorded[] = [];
  let faults: PlannedFault[] = [];

  const faultFor = (request: Recorded): Fault | undefined => {
    const planned = faults.find(({ left, matches }) => left > 0 && matches(request));
    if (planned) planned.left -= 1;
    return planned?.fault;
  };

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = incoming.method ?? "GET";
    const path = incoming.url ?? "/";
    const recorded = {
      number: requests.length + 1,
      method,
      path,
      writes: writes(method, path),
      bytes: 0,
      status: undefined as number | undefined,
    };
    requests.push(recorded);
    const fault = faultFor(recorded);
    let body = await buffered(incoming);
    recorded.bytes = body.length;

    if (options.forbids?.(recorded)) return answer(response, instead({ status: 403 }));
    if (options.decodesPaths) incoming.url = decoded(path);
    if (options.signs) {
      const authorization = options.signs(incoming.headers.authorization);
      if (authorization === undefined) return answer(response, instead(notSigned));
      incoming.headers.authorization = authorization;
    }
    if (fault === "lost-before") return void response.destroy();
    if (fault === "silence") return;
    if (isAnswer(fault) && !fault.acted) return answer(response, instead(fault));
    if (isHook(fault, "before")) {
      await fault.before(recorded);
      return void response.destroy();
    }

    if (isHook(fault, "during")) await fault.during(recorded);
    if (isOther(fault) && body.length > 0)
      body = Buffer.from(JSON.stringify(fault.sends(JSON.parse(body.toString()), recorded)));
    const answered = await forward(target, agent, incoming, body);
    recorded.status = answered.status;

    if (fault === "lost-after") return void response.destroy();
    if (fault === "silence-after") return;
    if (fault === "cut-body") return cut(response, answered);
    if (isAnswer(fault)) return answer(response, instead(fault));
    if (isHook(fault, "after")) {
      await fault.after(recorded);
      return void response.destroy();
    }
    if (isChange(fault)) {
      const { "content-length": _, ...headers } = answered.headers;
      return answer(response, {
        ...answered,
        headers,
        body: Buffer.from(fault.receives(String(answered.body), recorded)),
      });
    }
    answer(response, answered);
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests;
    },
    writes: () => requests.filter((request) => request.writes),
    reset: () => {
      requests = [];
      faults = [];
    },
    faultAt: (number, fault) => faults.push({ matches: (request) => request.number === number, fault, left: 1 }),
    faultWhen: (matches, fault, times = 1) => faults.push({ matches, fault, left: times }),
    close: () => {
      agent.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function forward(target: string, agent: Agent, incoming: IncomingMessage, body: Buffer): Promise<Answered> {
  const { "transfer-encoding": _chunked, ...headers } = incoming.headers;
  return new Promise((resolve, reject) => {
    const outgoing = send(
      target + (incoming.url ?? "/"),
      {
        agent,
        method: incoming.method,
        headers: { ...headers, host: new URL(target).host, "content-length": body.length },
      },
      (reply) => {
        buffered(reply).then(
          (whole) => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body: whole }),
          reject,
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function buffered(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function answer(response: ServerResponse, { status, headers, body }: Answered): void {
  response.writeHead(status, whole(headers, body));
  response.end(body);
}

/** Half of what the headers promise. */
function cut(response: ServerResponse, { status, headers, body }: Answered): void {
  response.writeHead(status, whole(headers, body));
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
}

function whole(headers: Answered["headers"], body: Buffer): Answered["headers"] {
  const { "transfer-encoding": _chunked, connection: _hop, "keep-alive": _alive, ...kept } = headers;
  return body.length > 0 || kept["content-length"] === undefined
    ? { ...kept, "content-length": String(body.length) }
    : kept;
}

const notSigned = { status: 401, body: { error: "unauthorized", reason: "the token is not valid" } };

function instead({
  status,
  body = { error: "injected", reason: "by the test" },
  headers = {},
}: {
  status: number;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}): Answered {
  const sent = typeof body === "string" ? body : JSON.stringify(body);
  return { status, headers: { "content-type": "application/json", ...headers }, body: Buffer.from(sent) };
}

function isAnswer(fault: Fault | undefined): fault is Extract<Fault, { status: number }> {
  return typeof fault === "object" && "status" in fault;
}

function isChange(fault: Fault | undefined): fault is Extract<Fault, { receives: unknown }> {
  return typeof fault === "object" && "receives" in fault;
}

function isOther(fault: Fault | undefined): fault is Extract<Fault, { sends: unknown }> {
  return typeof fault === "object" && "sends" in fault;
}

function isHook<When extends "before" | "after" | "during">(
  fault: Fault | undefined,
  when: When,
): fault is Extract<Fault, Record<When, unknown>> {
  return typeof fault === "object" && when in fault;
}
