/** The ways to log in, from the settings: at most one may be set. */
import type { Connection } from "../contract/connection.js";
import { tokenPattern } from "../contract/options.js";
import { readBytes } from "../files/regular-file.js";
import { reasonOf } from "./environment.js";
import type { Resolved } from "./resolve.js";
import type { Given, Report } from "./source.js";
import type { SettingName } from "./table.js";

interface Password {
  readonly username: string | undefined;
  /** Where the password is from, if one is set. */
  readonly source: string | undefined;
}

type Way = (
  given: Given,
  password: Password,
  resolved: Pick<Resolved, "settings">,
  report: Report,
) => Partial<Connection>;

/** The settings that each choose a way of their own. */
const ways: Partial<Record<SettingName, Way>> = {
  token: (given) => ({ token: given.file === undefined ? given.text : fromFile(given, given.file) }),
  iamApiKey: ({ text: apiKey }, _, { settings }) => ({ iam: { apiKey, url: settings.iamUrl } }),
  proxySecret: ({ text: secret, source }, { username }, { settings }, report) => {
    if (username === undefined) report.problem(`${source} is set, but no user name; set COUCHDB_USERNAME`);
    const roles = settings.proxyRoles.split(",").map((role) => role.trim());
    return { proxyAuthentication: { username: username ?? "", secret, roles } };
  },
};

/** The login of a connection, unless it is a password; `undefined`: none of its settings is set. */
export function readWay(
  resolved: Pick<Resolved, "given" | "settings">,
  password: Password,
  report: Report,
): Partial<Connection> | undefined {
  const set = Object.entries(ways).flatMap(([name, way]) => {
    const given = resolved.given.get(name as SettingName);
    return given ? [{ way, given }] : [];
  });
  const sources = [password.source, ...set.map(({ given }) => given.source)].filter((one) => one !== undefined);
  if (set.length > 0 && sources.length > 1) {
    const all = `${sources.slice(0, -1).join(", ")} and ${sources.at(-1)}`;
    report.problem(`${all} are set: keep only one way to log in; steps can take their values from other variables`);
  }
  const [chosen] = set;
  return chosen?.way(chosen.given, password, resolved, report);
}

/** The file was just read, and may be a pipe, so its text is used first. Later, it may have been replaced. */
function fromFile({ text, source }: Given, file: string): () => string {
  let first: string | undefined = text;
  return () => {
    const known = first;
    first = undefined;
    return known ?? readToken(file, source);
  };
}

/** Throws an error that names the setting. */
function readToken(file: string, source: string): string {
  let text: string;
  try {
    text = readBytes(file).toString().trim();
  } catch (error) {
    throw new Error(`${source}: ${reasonOf(error)}`);
  }
  if (text === "") throw new Error(`${source}: the file is empty`);
  if (!tokenPattern.test(text)) throw new Error(`${source}: the file's content is not a bearer token`);
  return text;
}
