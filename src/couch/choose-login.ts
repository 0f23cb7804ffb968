/** Distinguishes the ways to log in: a password, and everything that tokens/ issues. */
import type { Connection } from "../contract/connection.js";
import { MigrateError } from "../contract/errors.js";
import { credentialsOf } from "./connection.js";
import { RunLogin } from "./login.js";
import { firstLogin } from "./login-state.js";
import type { LoginHooks, Signer } from "./signer.js";
import { LateLogin } from "./tokens/late-login.js";

export function chooseLogin(connection: Connection, hooks: LoginHooks): Signer {
  const { previousPassword, token, proxyAuthentication, iam } = connection;
  const credentials = credentialsOf(connection);
  const ways = Object.entries({ password: credentials, token, proxyAuthentication, iam }).filter(([, way]) => way);
  if (ways.length > 1) throw severalWays(ways.map(([name]) => name));
  if (credentials || ways.length === 0) return new RunLogin(firstLogin(credentials, previousPassword), hooks);
  return new LateLogin(hooks.url, async () => {
    const { openLogin } = await import("./tokens/open-login.js");
    return openLogin(connection, hooks);
  });
}

function severalWays(names: readonly string[]): MigrateError {
  return new MigrateError("invalid-settings", {
    message: `the connection has several ways to log in: ${names.join(", ")}`,
    next: "Keep one of them.",
  });
}
