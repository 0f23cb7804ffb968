/** Parses a request as CouchDB does, before any endpoint sees it. */

import type { IncomingHttpHeaders } from "node:http";
import { isObject, type JsonObject, parseJson } from "./json.js";
import { badRequest, CouchError, invalidJson } from "./reply.js";

export interface CouchRequest {
  /** In upper case; HEAD is changed to GET. */
  readonly method: string;
  /** The path as the client sent it, without the query. */
  readonly rawPath: string;
  /** The decoded segments of the path. Empty ones are dropped, so `//db/` is `["db"]`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The client's address; failed logins are counted per address. */
  readonly peer: string;
  /** Aborted when the client disconnects or the server closes. */
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

/** As in a query, a plus means a space. */
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

/** Returns the body for an endpoint that requires a JSON content type and an object. */
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

/** Whether the Accept header allows a type. Without that header, every type is accepted. */
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

/** The URL for `Location`, with the host as the client wrote it. */
export function absoluteUrl(request: CouchRequest, ...segments: readonly string[]): string {
  return `http://${request.headers.host ?? "localhost"}/${segments.map(encodeURIComponent).join("/")}`;
}
