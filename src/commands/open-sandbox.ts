import type { Connection } from "../couch/connection.js";
import { MigrateError } from "../errors.js";
import { isMissingModule } from "../sandbox/pouch.js";
import { InvalidSettings } from "../settings/problems.js";
import type { Settings } from "../settings/table.js";

export interface OpenSandbox {
  readonly connection: Connection;
  stop(): Promise<void>;
}

/** Starts the embedded server with the admin of the settings; without one it is in admin party. */
export async function openSandbox(
  { username, password }: Pick<Settings, "username" | "password">,
  where: { readonly host?: string; readonly port?: number } = {},
): Promise<OpenSandbox> {
  if ((username === undefined) !== (password === undefined)) {
    throw new InvalidSettings(["the sandbox's admin needs a name and a password; give both or none"]);
  }
  const named = username !== undefined && password !== undefined;
  try {
    const { startSandbox } = await import("../sandbox/index.js");
    const server = await startSandbox({
      ...where,
      ...(named ? { admins: { [username]: password } } : { adminParty: true }),
    });
    const { url } = server;
    return { connection: named ? { url, username, password } : { url }, stop: () => server.close() };
  } catch (error) {
    throw explained(error, where);
  }
}

function explained(error: unknown, { host, port }: { readonly host?: string; readonly port?: number }): unknown {
  if (!(error instanceof Error)) return error;
  const code = codeOf(error);
  if (code === "EADDRINUSE") return new InvalidSettings([`--port: ${port} is in use; 0 takes a free one`]);
  if (code === "EACCES") return new InvalidSettings([`--port: ${port} may not be used; take one from 1024 on`]);
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return new InvalidSettings([`--host: ${host} is no address of this machine`]);
  }
  if (isMissingModule(error)) {
    const message = "The embedded server is not part of this installation (it is left out of the container image).";
    const next = "Rehearse on a machine where couchdb-migrate was installed by npm.";
    return new MigrateError("sandbox-missing", { message, next, cause: error });
  }
  // Its packages are optional; the message names the command that installs them.
  if (!isMissingModule(error.cause)) return error;
  return new MigrateError("sandbox-missing", { message: error.message, cause: error });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
