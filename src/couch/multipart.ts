/** A document with attachments in one request, so that it is never seen without them. Pure. */
import { randomUUID } from "node:crypto";
import type { JsonObject } from "../text/json.js";
import type { BodyStream } from "./transport.js";

export interface Multipart {
  readonly contentType: string;
  readonly body: BodyStream;
}

/**
 * @param document its `_attachments` with `follows: true` have their bytes in `parts`, in the same order; none may be
 * empty: CouchDB 2 then waits for more, and does not read the next request on the connection
 */
export function multipart(document: JsonObject, parts: readonly BodyStream[]): Multipart {
  const boundary = randomUUID();
  const first = `--${boundary}\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(document)}`;
  const head = Buffer.from(`${first}\r\n--${boundary}`);
  const before = Buffer.from("\r\n\r\n");
  const after = Buffer.from(`\r\n--${boundary}`);
  const end = Buffer.from("--");
  const around = head.length + end.length + parts.length * (before.length + after.length);
  return {
    contentType: `multipart/related; boundary="${boundary}"`,
    body: {
      bytes: parts.reduce((sum, { bytes }) => sum + bytes, around),
      async *open() {
        yield head;
        for (const part of parts) {
          yield before;
          yield* part.open();
          yield after;
        }
        yield end;
      },
    },
  };
}
