import type { Connection } from "../contract/connection.js";
import { InvalidSettings } from "../settings/problems.js";
import type { Settings } from "../settings/table.js";
import { startServer } from "../start-sandbox.js";

export interface OpenSandbox {
  readonly connection: Connection;
  stop(): Promise<void>;
}

/** Starts the embedded server with the admin from the settings; without one, it runs as an admin party. */
export async function openSandbox(
  { username, password }: Pick<Settings, "username" | "password">,
  where: { readonly host?: string; readonly port?: number } = {},
): Promise<OpenSandbox> {
  if ((username === undefined) !== (password === undefined)) {
    throw new InvalidSettings(["the sandbox's admin needs a user name and a password; set both or none"]);
  }
  const named = username !== undefined && password !== undefined;
  try {
    const { url, stop } = await startServer({ ...where, ...(named && { admins: { [username]: password } }) });
    return { connection: named ? { url, username, password } : { url }, stop };
  } catch (error) {
    throw explained(error, where);
  }
}

function explained(error: unknown, { host, port }: { readonly host?: string; readonly port?: number }): unknown {
  const code = codeOf(error);
  if (code === "EADDRINUSE") return new InvalidSettings([`--port: port ${port} is in use; 0 takes a free one`]);
  if (code === "EACCES")
    return new InvalidSettings([`--port: port ${port} needs more privileges; choose one from 1024 up`]);
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return new InvalidSettings([`--host: ${host} is not an address of this machine`]);
  }
  return error;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
