/**
 * Turns the bytes of a response into an outcome, and distinguishes CouchDB's responses from those of a proxy or a
 * login page.
 */
import { parsedJson } from "../text/json.js";
import { tooDeepIn } from "./nesting.js";
import type { FailureKind, WireResponse } from "./transport.js";

/** The result of one attempt. */
export type Outcome = Answered | Failed;

/** A response from CouchDB (or, with an error status, possibly from a proxy in front of it). */
export interface Answered {
  readonly status: number;
  readonly body: unknown;
  /** The text that `body` was parsed from. */
  readonly text?: string;
  /** CouchDB's `error` and `reason`, if the body has them. */
  readonly error?: string;
  readonly reason?: string;
  /** Set if an error comes from a proxy or gateway instead of CouchDB: describes its body. */
  readonly foreign?: string;
}

export interface Failed {
  /** `moved`: a redirect that keeps the path, so CouchDB has another URL. */
  readonly failure: FailureKind | "moved" | "redirect" | "no-json" | "html" | "not-couchdb" | "too-deep";
  readonly sent: boolean;
  /** For people; not redacted yet. */
  readonly detail: string;
  /** The target of a redirect. May contain secrets. */
  readonly location?: string;
  /** Ids of the documents that caused the failure. */
  readonly documents?: readonly string[];
}

export function isFailed(outcome: Outcome): outcome is Failed {
  return "failure" in outcome;
}

/** For these, the code relies on the status alone ("does not exist"), so the response must come from CouchDB itself. */
const telling = new Set([404, 409, 412]);

/** @param target the target of the request, with its query */
export function outcomeOf(response: WireResponse, target: string): Outcome {
  const { status, headers, body: text } = response;
  if (status >= 300 && status < 400) {
    const { location } = headers;
    const kind = leadsTo(location, target) ? "moved" : "redirect";
    return { ...failed(kind, "the server redirects"), ...(location === undefined ? {} : { location }) };
  }
  if (status < 200) return failed("not-couchdb", `status ${status} is not an answer of CouchDB`);
  const body = parsedJson(text);
  const deep = body === undefined ? undefined : tooDeepIn(text, body);
  if (deep) return { ...failed("too-deep", deep.detail), documents: deep.documents };
  if (status < 300) {
    if (body !== undefined) return { status, body, text };
    if (isHtml(text, headers)) return failed("html", "an HTML page answers, not CouchDB");
    return failed("no-json", "the answer is not JSON, so it is not CouchDB's");
  }
  // If no document of `_bulk_docs` could be stored, the response has a row for each one, with the status of the
  // failure.
  const said = status >= 500 && Array.isArray(body) ? body[0] : body;
  const { error, reason } = (said ?? {}) as { error?: unknown; reason?: unknown };
  if (!isError(said)) {
    // In maintenance mode, `_up` has a `status` instead of an `error`.
    if (typeof (body as { status?: unknown } | undefined)?.status === "string") return { status, body, text };
    const kind = kindOf(text, body, headers);
    if (telling.has(status))
      return failed("not-couchdb", `status ${status} with ${kind}, which is not CouchDB's answer`);
    if (text.includes(toTlsPort)) return failed("scheme", "the port speaks TLS, not plain HTTP");
    // CouchDB itself answers like this when it crashes.
    if (status !== 500 || text !== "") return { status, body: status === 413 ? bodyLimit : body, text, foreign: kind };
  }
  return {
    status,
    body,
    text,
    ...(typeof error === "string" ? { error } : {}),
    ...(typeof reason === "string" ? { reason } : {}),
  };
}

function failed(failure: Failed["failure"], detail: string): Failed {
  return { failure, sent: true, detail };
}

function isHtml(text: string, headers: WireResponse["headers"]): boolean {
  return /html/i.test(headers["content-type"] ?? "") || /^\s*<(?:!doctype|html)/i.test(text);
}

function leadsTo(location: string | undefined, target: string): boolean {
  const path = target.split("?", 1)[0] ?? "";
  const base = `http://localhost${path}`;
  return location !== undefined && URL.canParse(location, base) && new URL(location, base).pathname.endsWith(path);
}

/** CouchDB's errors have both fields; other servers have an `error` among fields of their own. */
function isError(body: unknown): boolean {
  if (typeof body !== "object" || body === null) return false;
  const { error, reason } = body as { readonly error?: unknown; readonly reason?: unknown };
  return typeof error === "string" && (reason !== undefined || Object.keys(body).length === 1);
}

/** nginx's response to plain HTTP on a TLS port. */
const toTlsPort = "The plain HTTP request was sent to HTTPS port";

/** For callers that split a request until it is small enough, and then report why a document was refused. */
const bodyLimit = { error: "too_large", reason: "a proxy or gateway in front of CouchDB limits the size of a request" };

/** `an HTML page from nginx/1.25`. */
function kindOf(text: string, body: unknown, headers: WireResponse["headers"]): string {
  const what =
    text === ""
      ? "an empty body"
      : body !== undefined
        ? "other JSON"
        : isHtml(text, headers)
          ? "an HTML page"
          : "a text";
  const { server } = headers;
  return server === undefined ? what : `${what} from ${server}`;
}
