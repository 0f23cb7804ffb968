/** From bytes to an outcome: what came back, told apart from what a proxy or a login page says. */
import type { FailureKind, WireResponse } from "./transport.js";

/** What one attempt came to. */
export type Outcome = Answered | Failed;

/** An answer of CouchDB's (or, with an error status, possibly of a proxy in front of it). */
export interface Answered {
  readonly status: number;
  readonly body: unknown;
  /** What `body` was parsed from. */
  readonly text?: string;
  /** CouchDB's `error` and `reason`, where the body has them. */
  readonly error?: string;
  readonly reason?: string;
}

export interface Failed {
  readonly failure: FailureKind | "redirect" | "no-json" | "html" | "not-couchdb";
  readonly sent: boolean;
  /** For people; not redacted yet. */
  readonly detail: string;
}

export function isFailed(outcome: Outcome): outcome is Failed {
  return "failure" in outcome;
}

/** Of these the status alone says something to us ("it is not there"), so it must come from CouchDB itself. */
const telling = new Set([404, 409, 412]);

export function outcomeOf(response: WireResponse): Outcome {
  const { status, headers, body: text } = response;
  if (status >= 300 && status < 400) return failed("redirect", `it redirects to ${hostOf(headers.location)}`);
  if (status < 200) return failed("not-couchdb", `status ${status}`);
  const body = parse(text);
  if (status < 300) {
    if (body !== undefined) return { status, body, text };
    if (isHtml(text, headers)) return failed("html", "it answers with an HTML page");
    return failed("no-json", "the answer is not JSON");
  }
  const { error, reason } = (body ?? {}) as { error?: unknown; reason?: unknown };
  if (telling.has(status) && typeof error !== "string") {
    // `_up` in maintenance mode has a status instead.
    if (typeof (body as { status?: unknown } | undefined)?.status === "string") return { status, body, text };
    return failed("not-couchdb", `status ${status} without an error that CouchDB knows`);
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

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isHtml(text: string, headers: WireResponse["headers"]): boolean {
  return /html/i.test(headers["content-type"] ?? "") || /^\s*<(?:!doctype|html)/i.test(text);
}

/** The rest of a location may hold a secret. */
function hostOf(location: string | undefined): string {
  if (location === undefined || !URL.canParse(location)) return "another path";
  return new URL(location).host;
}
