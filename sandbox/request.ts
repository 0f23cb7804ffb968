/** A request, taken apart as CouchDB does it, before any endpoint sees it. */

import type { IncomingHttpHeaders } from "node:http";
import { isObject, type JsonObject, parseJson } from "./json.js";
import { badRequest, CouchError, invalidJson } from "./reply.js";

export interface CouchRequest {
  /** Upper case; HEAD has become GET. */
  readonly method: string;
  /** The path as it was sent, without the query. */
  readonly rawPath: string;
  /** The segments of the path, decoded; empty ones are dropped, so `//db/` is `["db"]`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The client's address; failed logins are counted by it. */
  readonly peer: string;
  /** Aborted when the client goes away or the server closes. */
  readonly signal: AbortSignal;
}

/** Splits a request target. A bad percent escape anywhere in it is a 400. */
export function parseTarget(target: string): Pick<CouchRequest, "rawPath" | "path" | "query"> {
  const [rawPath = "", ...rest] = target.split("?");
  const search = rest.join("?");
  const path = rawPath.split("/").filter(Boolean).map(decodeSegment);
  decode(search);
  return { rawPath, path, query: new URLSearchParams(search) };
}

/** As in a query, a plus is a space. */
function decodeSegment(text: string): string {
  return decode(text.replaceAll("+", " "));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badRequest("invalid_url_encoding");
  }
}

export function jsonBody(request: CouchRequest): unknown {
  try {
    return parseJson(request.body);
  } catch {
    throw invalidJson();
  }
}

/** The body of an endpoint that insists on a JSON content type and on an object. */
export function jsonObjectBody(request: CouchRequest): JsonObject {
  requireJsonType(request);
  const body = jsonBody(request);
  if (!isObject(body)) throw badRequest("Request body must be a JSON object");
  return body;
}

export function requireJsonType(request: CouchRequest): void {
  if (contentType(request) !== "application/json") {
    throw new CouchError(415, "bad_content_type", "Content-Type must be application/json");
  }
}

export function contentType(request: CouchRequest): string {
  return (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** Whether the Accept header admits a type. Without one, everything is accepted. */
export function accepts(request: CouchRequest, type: string): boolean {
  const accept = request.headers.accept;
  if (accept === undefined) return true;
  const family = `${type.split("/")[0]}/*`;
  return accept
    .split(",")
    .map((part) => part.split(";")[0]?.trim())
    .some((part) => part === "*/*" || part === family || part === type);
}

/** A query parameter that is JSON (`key="a"`), or undefined. */
export function jsonParameter(request: CouchRequest, name: string): unknown {
  const text = request.query.get(name);
  if (text === null) return undefined;
  try {
    return parseJson(text);
  } catch {
    throw invalidJson();
  }
}

/** The address that `Location` names: as the client spelt the host. */
export function absoluteUrl(request: CouchRequest, ...segments: readonly string[]): string {
  return `http://${request.headers.host ?? "localhost"}/${segments.map(encodeURIComponent).join("/")}`;
}
