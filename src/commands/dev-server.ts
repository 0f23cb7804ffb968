/** The server of `dev` and `reset`: an embedded one that keeps its data, or a CouchDB that may lose its data. */
import type { Connection } from "../contract/connection.js";
import { MigrateError } from "../contract/errors.js";
import { InvalidSettings } from "../settings/problems.js";
import type { Resolved } from "../settings/resolve.js";
import { startServer } from "../start-sandbox.js";
import { isLoopback } from "../text/loopback.js";
import type { Context } from "./command.js";

export interface DevServer {
  readonly connection: Connection;
  readonly embedded: boolean;
}

/** For `Command.server`: COUCHDB_SERVICE_HOST does not count, because Kubernetes sets it. */
export const isGiven = ({ settings }: Pick<Resolved, "settings">) => settings.url !== undefined;

/** The login of the embedded server, unless COUCHDB_USERNAME and COUCHDB_PASSWORD name another. It is no secret. */
export const defaultLogin = { username: "dev", password: "dev" };

/** How many ports are tried. */
const maxPorts = 20;

/** @param anyPort nobody else needs the embedded server */
export async function withDevServer<T>(
  context: Context,
  anyPort: boolean,
  work: (server: DevServer) => Promise<T>,
): Promise<T> {
  const { connection, resolved } = context;
  if (connection) {
    if (!isLoopback(connection.url) && !isAt(connection.url, resolved.developmentUrl))
      throw notDevelopment(connection.url);
    return work({ connection, embedded: false });
  }
  const { url, login, stop } = await open(context, anyPort);
  try {
    return await work({ connection: { url, ...login }, embedded: true });
  } finally {
    await stop();
  }
}

async function open({ settings, resolved }: Context, anyPort: boolean) {
  const { username, password, port, data } = settings;
  if ((username === undefined) !== (password === undefined)) {
    throw new InvalidSettings(["the embedded server's admin needs a user name and a password; set both or none"]);
  }
  const login = username !== undefined && password !== undefined ? { username, password } : defaultLogin;
  const options = { admins: { [login.username]: login.password }, folder: data };
  if (anyPort) return { login, ...(await startServer(options)) };
  for (let candidate = port; ; candidate += 1) {
    try {
      return { login, ...(await startServer({ ...options, port: candidate })) };
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
      if (resolved.given.has("port")) {
        throw new InvalidSettings([`--port: port ${port} is in use; 0 takes a free one`]);
      }
      if (candidate - port === maxPorts) throw error;
    }
  }
}

/** The login may differ: it often comes from elsewhere. */
function isAt(url: string, declared: string | undefined): boolean {
  return declared !== undefined && URL.canParse(declared) && new URL(declared).origin === new URL(url).origin;
}

function notDevelopment(url: string): MigrateError {
  const { host } = new URL(url);
  const message = `${host} is neither on this machine nor the \`url\` of an environment that is declared for development`;
  return new MigrateError("not-development", { message });
}
