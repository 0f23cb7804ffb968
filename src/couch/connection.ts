import type { Connection } from "../contract/connection.js";
import { MigrateError } from "../contract/errors.js";
import { headerSecrets } from "../secrets/header-secrets.js";
import { decoded } from "../text/decoded.js";
import { urlFault } from "./url-fault.js";

export interface Credentials {
  readonly name: string;
  readonly password: string;
}

/** A parsed connection; the address contains no secrets. */
export interface Address {
  /** Scheme, host, port and path prefix, without a trailing slash; may be printed. */
  readonly url: string;
  readonly secure: boolean;
  /** In the form for sockets: an IPv6 address has no brackets. */
  readonly host: string;
  readonly port: number;
  /** `/couch`, or an empty string. */
  readonly prefix: string;
}

export function addressOf(connection: Connection): Address {
  const url = parse(connection.url);
  const secure = url.protocol === "https:";
  const prefix = url.pathname.replace(/\/+$/, "");
  return {
    url: `${url.protocol}//${url.host}${prefix}`,
    secure,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    prefix,
  };
}

/** The credentials to log in with; `undefined` if none were given. */
export function credentialsOf(connection: Connection): Credentials | undefined {
  const url = parse(connection.url);
  const inUrl = url.username !== "" || url.password !== "";
  const name = inUrl ? decoded(url.username) : connection.username;
  const password = decoded(url.password) || connection.password;
  if (name === undefined && password === undefined) return undefined;
  if (!name) throw invalid("There is a password, but no user name.");
  if (!password) throw invalid(`There is a user name, ${JSON.stringify(name)}, but no password.`);
  if (name.includes(":")) throw invalid("The user name contains a colon, which CouchDB does not allow.");
  return { name, password };
}

/** The same server and headers, for another login or for none. */
export function withoutLogin(connection: Connection): Connection {
  const { username, password, previousPassword, token, proxyAuthentication, iam, ...rest } = connection;
  return { ...rest, url: addressOf(connection).url };
}

/** The secrets that are known before the first request. */
export function secretsIn(connection: Connection): (string | undefined)[] {
  const { previousPassword, token, proxyAuthentication, iam, headers } = connection;
  const fixed = typeof token === "string" ? token : undefined;
  const password = credentialsOf(connection)?.password;
  return [password, previousPassword, fixed, proxyAuthentication?.secret, iam?.apiKey, ...headerSecrets(headers)];
}

/** No error message quotes the text: if it can't be parsed, it may be a password. */
function parse(text: string): URL {
  const fault = urlFault(text);
  if (fault !== undefined) throw invalid(`The address of CouchDB can't be used: ${fault}.`);
  return new URL(text);
}

function invalid(message: string): MigrateError {
  return new MigrateError("invalid-settings", {
    message,
    next: "Correct COUCHDB_URL, COUCHDB_USERNAME and COUCHDB_PASSWORD (or --url), or what the library gets as `connection`.",
  });
}
