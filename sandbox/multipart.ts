/** A document with its attachments in one request (`multipart/related`). Pure. */
import { isObject, type JsonObject, parseJson } from "./json.js";
import { badRequest, invalidJson } from "./reply.js";
import type { CouchRequest } from "./request.js";

/** @returns the document, with the data of its attachments in base64. @throws CouchError 400 */
export function documentInParts({ headers, body }: CouchRequest): JsonObject {
  const [first, ...rest] = partsOf(body, boundaryIn(headers["content-type"] ?? ""));
  const document = jsonOf(first);
  if (!isObject(document._attachments)) return document;
  const attachments = Object.entries(document._attachments).map(([name, one]) => {
    if (!isObject(one) || one.follows !== true) return [name, one];
    const data = rest.shift();
    if (!data || data.length < Number(one.length)) throw badRequest("attachment shorter than expected");
    if (data.length > Number(one.length)) throw badRequest("attachment longer than expected");
    return [name, { content_type: one.content_type, data: data.toString("base64") }];
  });
  return { ...document, _attachments: Object.fromEntries(attachments) };
}

function boundaryIn(contentType: string): string {
  const [, quoted, bare] = /boundary=(?:"([^"]+)"|([^;\s]+))/.exec(contentType) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) throw badRequest("missing boundary in multipart request");
  return boundary;
}

function partsOf(body: Buffer, boundary: string): Buffer[] {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const parts: Buffer[] = [];
  let at = `--${boundary}`.length;
  for (let end = body.indexOf(delimiter, at); end !== -1; end = body.indexOf(delimiter, at)) {
    const start = body.indexOf("\r\n\r\n", at);
    if (start !== -1 && start < end) parts.push(body.subarray(start + 4, end));
    at = end + delimiter.length;
  }
  return parts;
}

function jsonOf(part: Buffer | undefined): JsonObject {
  try {
    const document = parseJson(part ?? Buffer.alloc(0));
    if (isObject(document)) return document;
  } catch {
    throw invalidJson();
  }
  throw badRequest("Document must be a JSON object");
}
