/** JSON Web Tokens, as far as CouchDB's answers and the token itself tell. Pure; nothing here checks a signature. */
import { membersOf, parsedJson } from "../../text/json.js";
import type { Answered } from "../answer.js";

/** The claim `sub`, which is the user's name; `undefined` if the text is not a JSON Web Token. */
export function subjectOf(token: string): string | undefined {
  const { sub } = membersOf(parsedJson(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()));
  return typeof sub === "string" ? sub : undefined;
}

/** CouchDB answers 401 if the times of a token are wrong or its user is missing, and 400 for all other faults. */
export function refusesToken({ status, reason = "" }: Answered): boolean {
  if (status === 401) return isUntimely(reason) || reason === "Token missing sub claim.";
  return status === 400 && (isUntrusted(reason) || isMalformed(reason));
}

export function isExpired(reason: string): boolean {
  return reason === "exp not in future";
}

function isUntimely(reason: string): boolean {
  return isExpired(reason) || reason === "nbf not in past";
}

/** CouchDB has no key for the token, or another one. */
export function isUntrusted(reason: string): boolean {
  return /^(?:Bad (?:signature|HMAC)|Unknown (?:kid|kty)|Not a valid key|not an (?:RSA|EC) public key)$/.test(reason);
}

function isMalformed(reason: string): boolean {
  return /^(?:Malformed token|Not an object|(?:Missing|Invalid) (?:(?:alg|typ) header parameter|(?:iss|iat|nbf|exp|kid) claim))$/.test(
    reason,
  );
}
