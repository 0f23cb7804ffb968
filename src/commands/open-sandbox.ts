import type { Connection } from "../contract/connection.js";
import { InvalidSettings } from "../settings/problems.js";
import type { Settings } from "../settings/table.js";
import { startServer } from "../start-sandbox.js";

export interface OpenSandbox {
  readonly connection: Connection;
  stop(): Promise<void>;
}

interface Where {
  readonly host?: string;
  readonly port?: number;
  /** How many ports after `port` are tried if it is in use. Default: none. */
  readonly morePorts?: number;
  /** Keeps the data in this folder. Absent: the data is lost. */
  readonly folder?: string;
}

/** Starts the embedded server with the admin from the settings; without one, it runs as an admin party. */
export async function openSandbox(
  { username, password }: Pick<Settings, "username" | "password">,
  { morePorts = 0, ...where }: Where = {},
): Promise<OpenSandbox> {
  if ((username === undefined) !== (password === undefined)) {
    throw new InvalidSettings(["the embedded server's admin needs a user name and a password; set both or none"]);
  }
  const named = username !== undefined && password !== undefined;
  const { port = 0 } = where;
  for (let more = 0; ; more += 1) {
    try {
      const options = { ...where, port: port + more, ...(named && { admins: { [username]: password } }) };
      const { url, stop } = await startServer(options);
      return { connection: named ? { url, username, password } : { url }, stop };
    } catch (error) {
      if (codeOf(error) !== "EADDRINUSE" || more === morePorts) throw explained(error, where);
    }
  }
}

function explained(error: unknown, { host, port }: Where): unknown {
  const code = codeOf(error);
  if (code === "EADDRINUSE") return new InvalidSettings([`--port: port ${port} is in use; 0 takes a free one`]);
  if (code === "EACCES")
    return new InvalidSettings([`--port: port ${port} needs more privileges; choose one from 1024 up`]);
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return new InvalidSettings([`--host: ${host} is not an address of this machine`]);
  }
  return error;
}

/** Of an error of the network; an error of a file has a path. */
function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error && !("path" in error) ? error.code : undefined;
}
