/**
 * Passes a complete response to Node's fetch. Node.js 26 calls the handler of its dispatcher with a different
 * interface than older versions; the content is the same. Only the status, the content type and the body are passed
 * on, and no other header, so nano can't store a proxy's cookie and send it next time, and nothing is decoded twice
 * or redirected.
 */
import type { WireResponse } from "./transport.js";

export type FetchHandler = OlderHandler | NewerHandler;

interface OlderHandler {
  onConnect(abort: () => void): void;
  onHeaders(status: number, headers: readonly Buffer[], resume: () => void, statusText: string): void;
  onData(chunk: Buffer): void;
  onComplete(trailers: readonly Buffer[]): void;
  onError(error: unknown): void;
}

interface NewerHandler {
  onRequestStart(controller: unknown, context: unknown): void;
  onResponseStart(controller: unknown, status: number, headers: Record<string, string>, statusText: string): void;
  onResponseData(controller: unknown, chunk: Buffer): void;
  onResponseEnd(controller: unknown, trailers: unknown): void;
  onResponseError(controller: unknown, error: unknown): void;
}

const nothing = () => {};
/** The response is complete before fetch sees it, so there is nothing to pause or abort. */
const controller = { abort: nothing, pause: nothing, resume: nothing };

export function answerFetch(handler: FetchHandler, given: Promise<WireResponse>): void {
  const answer = given.then(assertFinal);
  if ("onRequestStart" in handler) {
    answer.then(
      ({ status, headers, body }) => {
        handler.onRequestStart(controller, {});
        handler.onResponseStart(controller, status, { "content-type": headers["content-type"] ?? "" }, "");
        handler.onResponseData(controller, Buffer.from(body));
        handler.onResponseEnd(controller, {});
      },
      (error: unknown) => handler.onResponseError(controller, error),
    );
  } else {
    answer.then(
      ({ status, headers, body }) => {
        handler.onConnect(nothing);
        handler.onHeaders(
          status,
          ["content-type", headers["content-type"] ?? ""].map((text) => Buffer.from(text)),
          nothing,
          "",
        );
        handler.onData(Buffer.from(body));
        handler.onComplete([]);
      },
      (error: unknown) => handler.onError(error),
    );
  }
}

/** After such a status, fetch waits for another answer: it has no place for this one's body. */
function assertFinal(answer: WireResponse): WireResponse {
  if (answer.status < 200) throw new Error(`status ${answer.status} is not the last of an answer`);
  return answer;
}
