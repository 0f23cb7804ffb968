/** The connection of a run that got a nano instance instead: its address, and its login. */
import type { Connection, NanoInstance } from "../contract/connection.js";
import { MigrateError } from "../contract/errors.js";
import type { ServerOptions } from "../contract/options.js";

export function connectionIn({ connection, nano }: ServerOptions): Connection {
  if (connection && nano) throw refused("`connection` and `nano` are both given", "Pass one of the two.");
  if (nano) return connectionOf(nano);
  if (!connection) throw refused("neither `connection` nor `nano` is given", "Pass one of the two.");
  return connection;
}

/** Fields that nano's types omit, but its instances have. */
interface Configuration {
  readonly url?: unknown;
  readonly db?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly cookie?: unknown;
  readonly cookieJar?: { readonly jar?: readonly unknown[] };
  /** What nano makes of `agentOptions`. */
  readonly agent?: unknown;
  /** In nano 10 and older. */
  readonly requestDefaults?: unknown;
}

/** Any other header may contain a login. */
const withoutLogin = new Set(["accept", "accept-encoding", "authorization", "content-type", "user-agent"]);

const passConnection =
  "Pass `connection` with `url`, `username` and `password` instead, or an instance whose URL has the user name and the password.";

/** An agent does not say whether it holds certificates, a proxy, or only the size of its pool. */
const withoutAgent =
  "Pass an instance without that, or `connection` with `url`, `username`, `password` and `tls`. For a proxy, set NODE_USE_ENV_PROXY=1 and HTTP_PROXY or HTTPS_PROXY.";

function connectionOf({ config }: NanoInstance): Connection {
  const { url, db, headers = {}, cookie, cookieJar, agent, requestDefaults }: Configuration = config ?? {};
  if (typeof url !== "string") throw refused("`nano` is not a nano instance", "Pass what `nano(url)` returns.");
  if (db !== undefined) {
    const next =
      "Pass the server's, `db.server`. If the URL has a path prefix, make the instance with `parseUrl: false`.";
    throw refused("`nano` is the instance of a database, not of the server", next);
  }
  const given = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  const beyond = [...given.keys()].filter((name) => !withoutLogin.has(name));
  if (beyond.length > 0) throw notTaken(`headers that can't be taken over: ${beyond.join(", ")}`);
  if (agent) throw notTaken("`agentOptions`, which can't be taken over", withoutAgent);
  if (requestDefaults) throw notTaken("`requestDefaults`, which can't be taken over", withoutAgent);
  if (new URL(url).username !== "") return { url };
  const authorization = given.get("authorization");
  if (authorization !== undefined) return { url, ...basic(authorization) };
  if (cookie || cookieJar?.jar?.length) throw notTaken("a cookie, which can't be taken over: it expires during a run");
  return { url };
}

function basic(authorization: string): Pick<Required<Connection>, "username" | "password"> {
  const [, encoded] = /^Basic\s+([\w+/=-]+)$/i.exec(authorization.trim()) ?? [];
  const [, username, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? "", "base64").toString()) ?? [];
  if (!username || !password) throw notTaken("an Authorization header other than `Basic`, which can't be taken over");
  return { username, password };
}

function notTaken(what: string, next = passConnection): MigrateError {
  return refused(`the nano instance has ${what}`, next);
}

function refused(message: string, next: string): MigrateError {
  return new MigrateError("invalid-settings", { message, next });
}
