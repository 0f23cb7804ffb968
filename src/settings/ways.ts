/** The ways to log in, from the settings: at most one may be set. */
import type { Connection } from "../contract/connection.js";
import { readBytes } from "../files/regular-file.js";
import type { Resolved } from "./resolve.js";
import type { Given, Report } from "./source.js";
import type { SettingName } from "./table.js";

/** The settings that each choose a way of their own. */
const others = ["token"] as const satisfies SettingName[];

/**
 * The login of a connection, unless it is a password; `undefined`: none of its settings is set.
 *
 * @param password where the password or the user name is from, if one is set
 */
export function readWay(
  { given }: Pick<Resolved, "given">,
  password: string | undefined,
  report: Report,
): Partial<Connection> | undefined {
  const set = others.filter((name) => given.has(name));
  const sources = [password, ...set.map((name) => given.get(name)?.source)].filter((one) => one !== undefined);
  if (set.length > 0 && sources.length > 1) {
    const all = `${sources.slice(0, -1).join(", ")} and ${sources.at(-1)}`;
    report.problem(`${all} are set: keep only one way to log in; steps can take their values from other variables`);
  }
  const token = given.get("token");
  return token && { token: token.file === undefined ? token.text : fromFile(token, token.file) };
}

/** The file was just read, and may be a pipe, so its text is used first. Later, it may have been replaced. */
function fromFile({ text }: Given, file: string): () => string {
  let first: string | undefined = text;
  return () => {
    const known = first;
    first = undefined;
    return known ?? readBytes(file).toString();
  };
}
