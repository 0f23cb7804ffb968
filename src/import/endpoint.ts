/** Converts a replication's source or target, with variables for its secrets. Pure. */
import { isBooleanText, isSecretName } from "../secrets/names.js";
import { secretParameters } from "../secrets/urls.js";
import { isObject } from "../text/json.js";
import { variable, WithVariables } from "./imported.js";
import type { NeededVariable } from "./result.js";

export interface Endpoint {
  readonly value: unknown;
  readonly variables: readonly NeededVariable[];
}

type Need = (word: string, holds: string) => WithVariables;

/** `prefix`: for the names of variables; `of`: the owner of the secrets, for people. */
export function endpointOf(value: unknown, prefix: string, of: string): Endpoint {
  return withVariables(prefix, of, (need) => endpoint(value, [], need));
}

/** Parameters of a filter, with variables for those that are secret by name. */
export function parametersOf(value: unknown, prefix: string, of: string): Endpoint {
  return withVariables(prefix, of, (need) => parameters(value, [], false, need));
}

function withVariables(prefix: string, of: string, write: (need: Need) => unknown): Endpoint {
  const variables: NeededVariable[] = [];
  const need = (word: string, holds: string) => {
    const name = `${prefix}_${word}`;
    variables.push({ name, holds: `${holds} of ${of}` });
    return variable(name);
  };
  return { value: write(need), variables };
}

function endpoint(part: unknown, keys: readonly string[], need: Need): unknown {
  const key = keys.at(-1) ?? "";
  if (typeof part === "string") {
    if (keys[0] === "auth" && key !== "username") return need(wordOf(keys.slice(1)), keys.join("."));
    if (keys[0] === "headers" && !harmless.has(key.toLowerCase())) return need(wordOf(keys.slice(1)), `header ${key}`);
    if (keys.some(isSecretName)) return need(wordOf(keys), keys.join("."));
    return withoutUrlSecrets(part, need);
  }
  if (Array.isArray(part)) return part.map((item) => endpoint(item, keys, need));
  if (!isObject(part)) return part;
  return Object.fromEntries(
    Object.entries(part).map(([name, field]) => [name, endpoint(field, [...keys, name], need)]),
  );
}

function parameters(part: unknown, keys: readonly string[], secret: boolean, need: Need): unknown {
  if (typeof part === "string") {
    return secret && !isBooleanText(part) ? need(wordOf(keys), `parameter ${keys.join(".")}`) : part;
  }
  if (Array.isArray(part)) return part.map((item, i) => parameters(item, [...keys, String(i)], secret, need));
  if (!isObject(part)) return part;
  const fields = Object.entries(part).map(([name, field]) => [
    name,
    parameters(field, [...keys, name], secret || isSecretName(name), need),
  ]);
  return Object.fromEntries(fields);
}

/** Up to the last `@` of the authority: a password may contain an unencoded one. */
const userinfo = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)@(.*)$/is;

function withoutUrlSecrets(text: string, need: Need): string | WithVariables {
  const [, scheme = "", login, rest = ""] = userinfo.exec(text) ?? [];
  const colon = login?.indexOf(":") ?? -1;
  const name = login === undefined || colon === -1 ? "" : login.slice(0, colon + 1);
  const start =
    login === undefined ? "" : `${literal(scheme + name)}${need("PASSWORD", "password, encoded as in the URL,").text}@`;
  let found = login !== undefined;
  const parts = text.includes("://") ? secretParameters(login === undefined ? text : rest) : [text];
  const end = parts.map((piece) => {
    if (typeof piece === "string") return literal(piece);
    found = true;
    return need(wordOf([piece.name]), `parameter ${piece.name}, encoded as in the URL,`).text;
  });
  return found ? new WithVariables(start + end.join("")) : text;
}

function literal(text: string): string {
  return text.replaceAll("${", "$$${");
}

/** Any other header may contain a secret. */
const harmless: ReadonlySet<string> = new Set(["accept", "accept-language", "content-type", "user-agent"]);

function wordOf(keys: readonly string[]): string {
  const words = keys.length > 1 && keys[0] === "basic" ? keys.slice(1) : keys;
  return words
    .join("_")
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, "_");
}
