/** The connection to CouchDB and its credentials, from the settings. */
import type { Connection } from "../contract/connection.js";
import { urlFault } from "../couch/url-fault.js";
import { readBytes } from "../files/regular-file.js";
import { decoded } from "../text/decoded.js";
import { reasonOf, waitForPipe } from "./environment.js";
import { readHeaders } from "./headers.js";
import type { Resolved } from "./resolve.js";
import type { Environment, Report } from "./source.js";
import type { SettingName } from "./table.js";
import { readWay } from "./ways.js";

interface Address {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
}

/** CouchDB's own container image uses that variable. */
const rename = "use COUCHDB_USERNAME";

/** Undefined if problems were reported. */
export function readConnection(resolved: Resolved, env: Environment, report: Report): Connection | undefined {
  const { settings, given } = resolved;
  const address = settings.url === undefined ? fromService(resolved, report) : fromUrl(settings.url, resolved, report);
  const tls = readTls(resolved, report);
  if (address === undefined || tls === undefined) return undefined;
  const login =
    readWay(
      resolved,
      { username: address.username ?? settings.username, source: passwordFrom(address, resolved) },
      report,
    ) ?? readPassword(address, resolved, env, report);
  const headers = settings.header && readHeaders(settings.header, given.get("header")?.source ?? "header", report);
  reportLineBreaks(address, resolved, report);
  return {
    url: address.url,
    ...login,
    ...(headers === undefined ? {} : { headers }),
    requestTimeout: settings.requestTimeout,
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  };
}

/** Where the password is from, for messages. */
function passwordFrom({ password }: Address, { given }: Resolved): string | undefined {
  if (password !== undefined) return `the login in ${given.get("url")?.source ?? "url"}`;
  return (given.get("password") ?? given.get("previousPassword"))?.source;
}

type Password = Pick<Connection, "username" | "password" | "previousPassword">;

function readPassword(address: Address, { settings, given }: Resolved, env: Environment, report: Report): Password {
  const username = address.username ?? settings.username;
  const password = address.username === undefined ? settings.password : (address.password ?? settings.password);
  if (username !== undefined && password === undefined) {
    report.problem("a user name is set, but no password; set COUCHDB_PASSWORD or COUCHDB_PASSWORD_FILE");
  }
  if (username === undefined) {
    const isSet = `${given.get("password")?.source ?? "COUCHDB_PASSWORD"} is set, but no user name`;
    if (password !== undefined && env.COUCHDB_USER) report.problem(`${isSet}: COUCHDB_USER is ignored; ${rename}`);
    else if (password !== undefined) report.problem(`${isSet}; set COUCHDB_USERNAME`);
    else if (env.COUCHDB_USER) report.warning(`COUCHDB_USER is set, but ignored; ${rename}`);
  }
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(settings.previousPassword === undefined ? {} : { previousPassword: settings.previousPassword }),
  };
}

const echoed = [
  "username",
  "password",
  "previousPassword",
  "proxySecret",
  "iamApiKey",
] as const satisfies SettingName[];

/**
 * `echo` adds a trailing line break that is not part of the value. From a file, one line break has been removed
 * already; any further one is intended.
 */
function reportLineBreaks(address: Address, { given }: Resolved, report: Report): void {
  const url = given.get("url")?.source ?? "url";
  const texts: [string | undefined, string][] = [
    [address.username, `${url}: the user name`],
    [address.password, `${url}: the password`],
  ];
  for (const name of echoed) {
    const { text, source = name } = given.get(name) ?? {};
    if (!source.endsWith("_FILE")) texts.push([text, source]);
  }
  for (const [text, what] of texts) {
    if (text !== undefined && /[\r\n]$/.test(text)) {
      report.problem(`${what} ends with a line break; remove it (\`echo\` writes one, \`printf %s\` does not)`);
    }
  }
}

function fromService({ settings, environments }: Resolved, report: Report): Address | undefined {
  const { serviceHost, servicePort } = settings;
  if (serviceHost === undefined) {
    const isOpen = environments.length > 0 && settings.environment === undefined;
    const choice = isOpen ? `, or choose an environment with --environment: ${environments.join(", ")}` : "";
    report.problem(`no CouchDB address: set --url, COUCHDB_URL or COUCHDB_SERVICE_HOST${choice}`);
    return undefined;
  }
  const host = serviceHost.includes(":") && !serviceHost.startsWith("[") ? `[${serviceHost}]` : serviceHost;
  const url = `http://${host}:${servicePort}`;
  if (URL.canParse(url)) return { url };
  report.problem("COUCHDB_SERVICE_HOST: the value is not a host name");
  return undefined;
}

function fromUrl(text: string, { given }: Resolved, report: Report): Address | undefined {
  const { source = "url", from } = given.get("url") ?? {};
  const wrong = (what: string): undefined => {
    report.problem(`${source}: ${what}`);
  };
  const fault = urlFault(text);
  if (fault !== undefined) return wrong(fault);
  const url = new URL(text);
  const { username, password } = url;
  url.username = "";
  url.password = "";
  const address = { url: url.href.replace(/\/+$/, "") };
  if (username === "" && password === "") return address;
  if (from === "flag") {
    report.warning(
      "--url contains credentials, which the process list shows; use COUCHDB_USERNAME and COUCHDB_PASSWORD",
    );
  }
  if (from === "file") report.warning(`${source} contains credentials, and people share this file`);
  return {
    ...address,
    ...(username === "" ? {} : { username: decoded(username) }),
    ...(password === "" ? {} : { password: decoded(password) }),
  };
}

function readTls({ settings, given }: Resolved, report: Report): Record<string, string> | undefined {
  const tls: Record<string, string> = {};
  let readable = true;
  for (const name of ["ca", "cert", "key"] as const satisfies SettingName[]) {
    const file = settings[name];
    if (file === undefined) continue;
    try {
      tls[name] = readBytes(file, { waitForPipe }).toString();
    } catch (error) {
      report.problem(`${given.get(name)?.source ?? name}: ${reasonOf(error)}`);
      readable = false;
    }
  }
  if ((tls.cert === undefined) !== (tls.key === undefined) && readable) {
    report.problem("--cert and --key belong together: set both or none");
  }
  return readable ? tls : undefined;
}
