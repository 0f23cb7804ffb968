/** Converts a failed request to an error. Neither its message nor its data contains secrets. */
import { type ErrorCode, MigrateError } from "../contract/errors.js";
import type { Secrets } from "../secrets/secrets.js";
import { type Answered, type Failed, isFailed, type Outcome } from "./answer.js";
import { isUnexplained } from "./full-disk.js";
import { adviceOnDepth } from "./nesting.js";
import { quotedCode } from "./quoted.js";
import { locationAdvice, otherScheme, use } from "./wrong-address.js";

const longestReason = 500;

interface Sent {
  readonly method: string;
  readonly target: string;
}

/** Descriptions of a request and its response. */
interface Told {
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly next?: string | undefined;
}

/** `data.what`: only the reason, for messages that already name the server. */
export function requestError(
  code: ErrorCode,
  request: Sent,
  outcome: Outcome,
  url: string,
  { own, foreign }: Pick<Secrets, "own" | "foreign">,
): MigrateError {
  const path = shownTarget(request.target, own);
  const node = /^\/_node\/([^/?]+)/.exec(path)?.[1];
  const facts = { method: request.method, path, ...(node ? { node: decodeURIComponent(node) } : {}) };
  // Redacted before it is cut: half a secret would not be found.
  const safe = (text: string) => foreign(text).slice(0, longestReason);
  const told = isFailed(outcome)
    ? ofFailure(outcome, request, url, safe)
    : outcome.foreign === undefined
      ? ofAnswer(code, outcome, node, safe)
      : ofForeign(outcome, safe(outcome.foreign), url);
  return new MigrateError(code, {
    message: `${request.method} ${path}: ${told.message}`,
    data: { ...facts, ...told.data },
    ...(told.next === undefined ? {} : { next: own(told.next) }),
  });
}

/** Whether a request failed because its response is too large. */
export function isOfLargeAnswer(error: unknown): boolean {
  return error instanceof MigrateError && error.data.failure === "too-large";
}

type Safe = (text: string) => string;

function ofFailure({ failure, detail, location, documents }: Failed, { target }: Sent, url: string, safe: Safe): Told {
  const isRedirect = failure === "moved" || failure === "redirect";
  const led = isRedirect ? locationAdvice(url, target, location) : undefined;
  const what = safe(led?.what ?? detail);
  const next = led?.next ?? adviceOn(failure, target, url);
  const data = { failure, what, ...(documents ? { documents } : {}) };
  return { message: `${what}, at ${url}`, data, next };
}

function adviceOn(failure: Failed["failure"], target: string, url: string): string | undefined {
  if (failure === "scheme") return use(otherScheme(url));
  return failure === "too-deep" ? adviceOnDepth(target) : undefined;
}

function ofAnswer(code: ErrorCode, outcome: Answered, node: string | undefined, safe: Safe): Told {
  const { status } = outcome;
  // CouchDB's own message is an Erlang stack trace.
  if (code === "disk-full") return { message: "CouchDB's disk is full", data: { status, error: "enospc" } };
  const error = outcome.error === undefined ? undefined : quotedCode(outcome.error, safe);
  const reason = outcome.reason === undefined ? undefined : safe(outcome.reason);
  const said = [status, error, reason && `: ${reason}`].filter((part) => part !== undefined && part !== "");
  const where = code === "node-down" && node ? `node ${decodeURIComponent(node)} does not answer; ` : "";
  const message = `${where}CouchDB answered ${said.join(" ").replace(" :", ":")}`;
  return { message, data: { status, error, reason }, next: isUnexplained(outcome) ? unexplained : undefined };
}

const unexplained =
  "See CouchDB's log for the cause; a full disk is a frequent one. Fix it, then run again: what was done is recorded and not repeated.";

function ofForeign({ status }: Answered, foreign: string, url: string): Told {
  const what = `a proxy or gateway answered ${status} with ${foreign}, which is not CouchDB's answer`;
  return { message: `${what}, at ${url}`, data: { status, foreign, what }, next: foreignAdvice[status] };
}

const ownLogin =
  "The proxy or gateway requires its own login or permission: provide it, or use an address that bypasses the proxy.";

const foreignAdvice: Readonly<Record<number, string>> = {
  401: ownLogin,
  403: ownLogin,
  413: "Raise the proxy's or gateway's limit for the size of a request (nginx: client_max_body_size).",
};

/** A path for people and traces: values of the query are only shown if they can't be anyone's data. */
export function shownTarget(target: string, own: (path: string) => string): string {
  const [before = "", query] = target.split("?", 2);
  const path = own(before);
  if (!query) return path;
  const shown = query.split("&").map((pair) => {
    const [name = "", value = ""] = pair.split("=", 2);
    return /^(?:true|false|\d{1,9}|lazy|all|ok)$/.test(value) ? pair : `${name}=…`;
  });
  return `${path}?${shown.join("&")}`;
}
