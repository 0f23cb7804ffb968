/** A replication's source or target, its secrets as variables. Pure. */
import { isObject } from "../steps/json.js";
import { type NeededVariable, variable, WithVariables } from "./imported.js";

export interface Endpoint {
  readonly value: unknown;
  readonly variables: readonly NeededVariable[];
}

/** `prefix`: what the names of variables begin with; `of`: whose they are, for people. */
export function endpointOf(value: unknown, prefix: string, of: string): Endpoint {
  const variables: NeededVariable[] = [];
  const need = (word: string, holds: string) => {
    const name = `${prefix}_${word}`;
    variables.push({ name, holds: `${holds} of ${of}` });
    return variable(name);
  };
  const written = (part: unknown, keys: readonly string[]): unknown => {
    const key = keys.at(-1) ?? "";
    if (typeof part === "string") {
      if (keys[0] === "auth" && key !== "username") return need(wordOf(keys.slice(1)), keys.join("."));
      if (keys[0] === "headers" && !harmless.has(key.toLowerCase()))
        return need(wordOf(keys.slice(1)), `header ${key}`);
      return withoutPassword(part, need);
    }
    if (Array.isArray(part)) return part.map((item) => written(item, keys));
    if (!isObject(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [name, written(member, [...keys, name])]));
  };
  return { value: written(value, []), variables };
}

/** Up to the last `@` of the authority: a password may hold one that is not encoded. */
const userinfo = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)@(.*)$/is;

function withoutPassword(text: string, need: (word: string, holds: string) => WithVariables): string | WithVariables {
  const [, scheme = "", login, rest = ""] = userinfo.exec(text) ?? [];
  if (login === undefined) return text;
  const colon = login.indexOf(":");
  const name = colon === -1 ? "" : login.slice(0, colon + 1);
  const password = need("PASSWORD", "password, encoded as in the URL,");
  return new WithVariables(`${literal(scheme + name)}${password.text}@${literal(rest)}`);
}

function literal(text: string): string {
  return text.replaceAll("${", "$$${");
}

/** Any other header may hold a secret. */
const harmless: ReadonlySet<string> = new Set(["accept", "accept-language", "content-type", "user-agent"]);

function wordOf(keys: readonly string[]): string {
  const words = keys.length > 1 && keys[0] === "basic" ? keys.slice(1) : keys;
  return words
    .join("_")
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, "_");
}
