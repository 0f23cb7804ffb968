/** The error that a failed request becomes. Its message holds no secret, and neither does what it is made of. */
import { type ErrorCode, MigrateError } from "../errors.js";
import { isFailed, type Outcome } from "./answer.js";

const longestReason = 500;

export function requestError(
  code: ErrorCode,
  request: { readonly method: string; readonly target: string },
  outcome: Outcome,
  url: string,
  redact: (text: string) => string,
): MigrateError {
  const path = redact(shownTarget(request.target));
  const node = /^\/_node\/([^/?]+)/.exec(path)?.[1];
  const facts = { method: request.method, path, ...(node ? { node: decodeURIComponent(node) } : {}) };
  if (isFailed(outcome)) {
    const detail = redact(outcome.detail);
    const message = `${request.method} ${path}: ${meaning[outcome.failure] ?? outcome.failure} at ${url} (${detail}).`;
    return new MigrateError(code, { message: redact(message), data: { ...facts, failure: outcome.failure } });
  }
  const { status } = outcome;
  const cut = (text: string | undefined) => (text === undefined ? undefined : redact(text).slice(0, longestReason));
  const [error, reason] = [cut(outcome.error), cut(outcome.reason)];
  const said = [status, error, reason && `: ${reason}`].filter((part) => part !== undefined && part !== "");
  const where = code === "node-down" && node ? `node ${decodeURIComponent(node)} does not answer; ` : "";
  return new MigrateError(code, {
    message: redact(`${request.method} ${path}: ${where}CouchDB answered ${said.join(" ").replace(" :", ":")}`),
    data: { ...facts, status, error, reason },
  });
}

const meaning: Readonly<Record<string, string>> = {
  unresolved: "the host name does not resolve",
  refused: "there is no connection",
  tls: "no trusted TLS connection",
  cut: "the connection ended early",
  timeout: "no answer in time",
  "too-large": "the answer is too large",
  "not-http": "what answers does not speak HTTP",
  redirect: "what answers is not CouchDB",
  html: "what answers is not CouchDB",
  "no-json": "the answer can't be read",
  "not-couchdb": "what answers is not CouchDB",
};

/** A path for people and traces: values of the query are shown where they can't be anybody's data. */
export function shownTarget(target: string): string {
  const [path = "", query] = target.split("?", 2);
  if (!query) return path;
  const shown = query.split("&").map((pair) => {
    const [name = "", value = ""] = pair.split("=", 2);
    return /^(?:true|false|\d{1,9}|lazy|all|ok)$/.test(value) ? pair : `${name}=…`;
  });
  return `${path}?${shown.join("&")}`;
}
