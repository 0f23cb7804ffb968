/** The server of `dev` and `reset`: an embedded one that keeps its data, or a CouchDB that may lose its data. */
import type { Connection } from "../contract/connection.js";
import { MigrateError } from "../contract/errors.js";
import type { Resolved } from "../settings/resolve.js";
import { isLoopback } from "../text/loopback.js";
import type { Context } from "./command.js";
import { type OpenSandbox, openSandbox } from "./open-sandbox.js";

export interface DevServer {
  readonly connection: Connection;
  readonly embedded: boolean;
}

/** For `Command.server`: COUCHDB_SERVICE_HOST does not count, because Kubernetes sets it. */
export const isGiven = ({ settings }: Pick<Resolved, "settings">) => settings.url !== undefined;

/** The login of the embedded server, unless COUCHDB_USERNAME and COUCHDB_PASSWORD name another. It is no secret. */
export const defaultLogin = { username: "dev", password: "dev" };

/** How many ports after the default one are tried. */
const morePorts = 20;

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
  const { connection: own, stop } = await open(context, anyPort);
  try {
    return await work({ connection: own, embedded: true });
  } finally {
    await stop();
  }
}

function open({ settings, resolved }: Context, anyPort: boolean): Promise<OpenSandbox> {
  const { username, password, port, data: folder } = settings;
  const login = username === undefined && password === undefined ? defaultLogin : { username, password };
  if (anyPort) return openSandbox(login, { folder });
  return openSandbox(login, { folder, port, morePorts: resolved.given.has("port") ? 0 : morePorts });
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
