/** Everything that a login other than with a password needs; loaded on demand. */
import type { Connection } from "../../contract/connection.js";
import type { LoginHooks, Signer } from "../signer.js";
import { bearerSource } from "./bearer-source.js";
import { iamSource } from "./iam-source.js";
import { proxySource } from "./proxy-source.js";
import { TokenLogin } from "./token-login.js";
import type { TokenSource } from "./token-source.js";

export function openLogin(connection: Connection, hooks: LoginHooks): Signer {
  return new TokenLogin(sourceOf(connection, hooks), hooks);
}

function sourceOf({ token = "", proxyAuthentication, iam }: Connection, hooks: LoginHooks): TokenSource {
  if (proxyAuthentication) return proxySource(proxyAuthentication);
  if (iam) return iamSource(iam, hooks);
  return bearerSource(token, hooks.foreign);
}
