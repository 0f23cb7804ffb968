/** The one place that distinguishes the ways to log in. */
import type { Connection } from "../contract/connection.js";
import { MigrateError } from "../contract/errors.js";
import { credentialsOf } from "./connection.js";
import { RunLogin } from "./login.js";
import { firstLogin } from "./login-state.js";
import type { LoginHooks, Signer } from "./signer.js";
import { LateLogin } from "./tokens/late-login.js";

export function chooseLogin(connection: Connection, hooks: LoginHooks): Signer {
  const { token } = connection;
  const credentials = credentialsOf(connection);
  if (token === undefined) return new RunLogin(firstLogin(credentials, connection.previousPassword), hooks);
  if (credentials !== undefined) throw severalWays();
  return new LateLogin(hooks.url, async () => {
    const { loginWithToken } = await import("./tokens/open-login.js");
    return loginWithToken(token, hooks);
  });
}

function severalWays(): MigrateError {
  return new MigrateError("invalid-settings", {
    message: "`connection` has a password and a token",
    next: "Keep one way to log in.",
  });
}
