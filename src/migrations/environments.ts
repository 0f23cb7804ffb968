/** `environments` of a step: where the step exists. */
import { isScalar, isSeq, type Node } from "yaml";
import { nameHint, namePattern } from "../contract/options.js";
import { didYouMean } from "../text/nearest.js";
import { list } from "../text/quantity.js";
import { pointAt } from "./locate.js";
import { quoted } from "./problems.js";
import type { Field, YamlFile, YamlNode } from "./yaml-file.js";

/** Undefined: all. */
export type Environments = readonly string[] | undefined;

/** Whether there is an environment in which steps with these environments both exist. */
export function meet(one: Environments, other: Environments): boolean {
  return one === undefined || other === undefined || one.some((name) => other.includes(name));
}

/** Whether a step with these environments exists in this one. Undefined: the set has none. */
export function isIn(environments: Environments, environment: string | undefined): boolean {
  return environments === undefined || (environment !== undefined && environments.includes(environment));
}

/** @param declared undefined: any name may be used */
export function readEnvironments(file: YamlFile, field: Field | undefined, declared: Environments): Environments {
  if (!field) return undefined;
  const value = file.resolve(field.value);
  const at = pointAt({ key: field.keyNode, value: field.value });
  if (!isSeq(value) || value.items.length === 0) {
    const shape =
      "`environments` is a list of the environments in which the step exists: `environments: [development]`";
    file.report(at, "wrong-type", shape);
    return undefined;
  }
  return value.items.flatMap((item) => {
    const one = file.resolve(item as YamlNode);
    const node = (item as Node | null) ?? value;
    const name = isScalar(one) && typeof one.value === "string" ? one.value : undefined;
    if (name !== undefined && namePattern.test(name)) {
      if (declared && !declared.includes(name)) file.report(node, "unknown-environment", unknown(name, declared), name);
      return [name];
    }
    const text = isScalar(one) ? (one.source ?? String(one.value)) : undefined;
    file.report(node, "bad-environment", `the name of an environment is text: ${nameHint}`, text);
    return [];
  });
}

function unknown(name: string, declared: readonly string[]): string {
  if (declared.length === 0) {
    return `environment ${quoted(name)} is not declared; add it to \`environments:\` in couchdb-migrate.yaml`;
  }
  return `unknown environment ${quoted(name)}${didYouMean(name, declared, `; the declared ones are ${list(declared, 20)}`)}`;
}
