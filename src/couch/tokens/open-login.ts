/** Everything that a login other than with a password needs; loaded on demand. */
import type { Connection } from "../../contract/connection.js";
import type { LoginHooks, Signer } from "../signer.js";
import { bearerSource } from "./bearer-source.js";
import { TokenLogin } from "./token-login.js";

export function loginWithToken(token: NonNullable<Connection["token"]>, hooks: LoginHooks): Signer {
  return new TokenLogin(bearerSource(token, hooks.foreign), hooks);
}
