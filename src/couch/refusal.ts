/** What a response says about the login that a request was signed with. Pure. */
import type { Answered } from "./answer.js";
import { isLocked, isMissingPermission } from "./retry.js";

/** The refusal is about the user, not about the request. */
export function isRefusal({ status, reason = "" }: Answered): boolean {
  return status === 401 || (status === 403 && (isLocked(reason) || isMissingPermission(reason)));
}

/** Whether an answer that is not a refusal proves the login. The server answers `/` and `/_up` without checking it. */
export function provesLogin(target: string, { status }: Answered): boolean {
  return status < 500 && !/^\/(?:_up)?(?:\?|$)/.test(target);
}
