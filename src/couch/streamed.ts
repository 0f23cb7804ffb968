/** Bodies that do not fit into memory: sent and received piece by piece. */
import { createHash } from "node:crypto";
import type { ClientRequest, IncomingMessage } from "node:http";
import { setImmediate } from "node:timers/promises";
import { type BodyStream, type Digest, TransportFailure } from "./transport.js";

interface Progress {
  /** Called after each piece. */
  moved(): void;
  /** The response has begun: the server does not need the rest of the body. */
  isAnswered(): boolean;
}

/**
 * Sends the body. Rejects with what `open` throws; all failures of the request are left to its own events. Stops if the
 * server has answered: the caller then closes the request.
 *
 * A server that refuses a request early (413, 401) answers, and closes the connection without reading the rest. A write
 * that fails would hide the answer, so before each one, Node.js gets the time to read.
 */
export async function streamBody(request: ClientRequest, body: BodyStream, progress: Progress): Promise<void> {
  for await (const piece of body.open()) {
    await setImmediate();
    if (progress.isAnswered() || request.destroyed) return;
    if (!request.write(piece)) await drained(request);
    progress.moved();
  }
  request.end();
}

function drained(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      request.off("drain", done).off("close", done);
      resolve();
    };
    request.on("drain", done).on("close", done);
  });
}

/** Reads a response to its end. Resolves with its `Digest`, as JSON. */
export async function digestOf(response: IncomingMessage, moved: () => void): Promise<string> {
  const hash = createHash("sha256");
  let length = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    hash.update(piece);
    length += piece.length;
    moved();
  }
  if (!response.complete) throw new TransportFailure("cut", true, "the answer was cut off");
  const digest: Digest = { length, sha256: hash.digest("hex") };
  return JSON.stringify(digest);
}
