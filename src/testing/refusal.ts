/** What CouchDB says when it refuses a request, and how a test reports it. Pure. */
import type { Answer } from "../couch/couch.js";
import { isObject } from "../text/json.js";
import type { Mismatch } from "./check.js";

/** `forbidden: only owners may do this`. `undefined`: it was not refused. */
export function refusalOf({ status, body }: Answer): string | undefined {
  if (status < 300) return undefined;
  const { error = status, reason } = isObject(body) ? body : {};
  return reason === undefined || reason === null ? String(error) : `${error}: ${reason}`;
}

export function refused(at: string, what: string, answer: Answer): Mismatch {
  return { path: at, message: `CouchDB refuses ${what}: ${refusalOf(answer)}` };
}

export function didNotFail(at: string, what: string): Mismatch {
  return { path: at, message: `${what} does not fail` };
}
