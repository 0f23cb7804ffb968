/** A server that answers as the test says: right, wrong, late, or not at all. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Behaviour = (request: Received, response: ServerResponse) => void;

export interface MisbehavingServer {
  readonly url: string;
  readonly port: number;
  readonly received: Received[];
  /** What it does from now on. */
  behave(behaviour: Behaviour): void;
  close(): Promise<void>;
}

export async function misbehavingServer(): Promise<MisbehavingServer> {
  const received: Received[] = [];
  let behaviour: Behaviour = json(200, {});
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const body = Buffer.concat(chunks).toString();
      const whole = { method, path, authorization: headers.authorization, headers, body };
      received.push(whole);
      behaviour(whole, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    received,
    behave: (next) => {
      behaviour = next;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export function text(status: number, contentType: string, body: string | Buffer, headers = {}): Behaviour {
  return (_, response) => {
    response.writeHead(status, { "content-type": contentType, ...headers });
    response.end(body);
  };
}

export function json(status: number, body: unknown, headers = {}): Behaviour {
  return text(status, "application/json", JSON.stringify(body), headers);
}

/** The first behaviour for the first request, and so on; the last one stays. */
export function inTurn(...behaviours: readonly Behaviour[]): Behaviour {
  let i = 0;
  return (request, response) => {
    behaviours[Math.min(i, behaviours.length - 1)]?.(request, response);
    i += 1;
  };
}

/** By `METHOD /path`, without the query. */
export function byPath(routes: Readonly<Record<string, Behaviour>>): Behaviour {
  return (request, response) => {
    const key = `${request.method} ${request.path.split("?", 1)[0]}`;
    (routes[key] ?? json(404, { error: "not_found", reason: "missing" }))(request, response);
  };
}

/** The connection breaks without an answer. */
export const reset: Behaviour = (_, response) => {
  response.socket?.resetAndDestroy();
};

export const silence: Behaviour = () => {};

/** Half of the promised body, then the end. */
export function cut(contentType: string): Behaviour {
  return (_, response) => {
    response.writeHead(200, { "content-type": contentType, "content-length": 1000 });
    response.write('{"half":');
    setTimeout(() => response.destroy(), 20);
  };
}

export function endless(contentType: string): Behaviour {
  return (_, response) => {
    response.writeHead(200, { "content-type": contentType });
    const chunk = Buffer.alloc(16 * 1024, " ");
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on("drain", more);
    more();
  };
}
