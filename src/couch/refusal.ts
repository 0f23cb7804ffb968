/** What a response says about the login that a request was signed with. Pure. */
import type { Answered } from "./answer.js";
import { isLocked, isMissingPermission } from "./retry.js";

/** The refusal is about the user, not about the request. */
export function isRefusal({ status, reason = "" }: Answered): boolean {
  return status === 401 || (status === 403 && (isLocked(reason) || isMissingPermission(reason)));
}

/** The server answers these requests without checking the login. */
export function provesNothing(target: string): boolean {
  return /^\/(?:_up)?(?:\?|$)/.test(target);
}
