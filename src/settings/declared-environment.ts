/** Names and variables of the environments of couchdb-migrate.yaml. */
import { isMap, isScalar, type Scalar } from "yaml";
import { nameHint, namePattern } from "../contract/options.js";
import { quote } from "./value.js";

/** Undefined: the name can be used. */
export function wrongName(name: string): string | undefined {
  return namePattern.test(name) && name !== "none"
    ? undefined
    : `${quote(name)} can't be an environment: it needs ${nameHint}`;
}

/** Numbers and booleans are taken as they are written. Problems are reported. */
export function readVariables(node: unknown, wrong: (message: string) => void): Readonly<Record<string, string>> {
  if (!isMap(node)) {
    wrong("variables must be a mapping of names and values");
    return {};
  }
  const variables = node.items.flatMap(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : "";
    const text = isScalar(value) && value.value !== null ? textOf(value) : undefined;
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) wrong(`variables: ${quote(name)} can't be the name of a variable`);
    else if (text === undefined) wrong(`variables: ${name} must have one plain value`);
    else return [[name, text] as const];
    return [];
  });
  return Object.fromEntries(variables);
}

export function readDevelopment(node: unknown, wrong: (message: string) => void): boolean {
  const value = isScalar(node) ? node.value : undefined;
  if (typeof value !== "boolean") wrong("development must be `true` or `false`");
  return value === true;
}

export function textOf(scalar: Scalar): string {
  return typeof scalar.value === "string" ? scalar.value : (scalar.source ?? String(scalar.value));
}
