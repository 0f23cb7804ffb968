/** Reads the sections of couchdb-migrate.yaml. Only loaded if there is such a file. Pure. */
import {
  type Policies,
  type Policy,
  type PolicyName,
  policyActions,
  policyNames,
  takesLimit,
} from "../contract/policies.js";
import { isObject } from "../text/json.js";
import { didYouMean } from "../text/nearest.js";
import type { Sections } from "./sections.js";
import { quote } from "./value.js";

export const sectionNames = ["lint", "policies"] as const;
export type SectionName = (typeof sectionNames)[number];

export function isSection(key: string): key is SectionName {
  return (sectionNames as readonly string[]).includes(key);
}

/** @param wrong reports a problem: a sentence that begins with the key */
export function readSection(
  sections: Sections,
  name: SectionName,
  value: unknown,
  wrong: (problem: string) => void,
): Sections {
  if (name === "lint") return { ...sections, lintOff: readLint(value, wrong) };
  return { ...sections, policies: readPolicies(value, wrong) };
}

const lintShape = "lint turns rules off, each with the reason: `lint: { off: { <rule>: <reason> } }`";

function readLint(value: unknown, wrong: (problem: string) => void): Sections["lintOff"] {
  const { off = {}, ...others } = isObject(value) ? value : { others: value };
  const [other] = Object.keys(others);
  if (other !== undefined || !isObject(off)) {
    const hint = isObject(value) && other !== undefined ? unknownKey(other, ["off"]) : "";
    wrong(`${lintShape}${hint}`);
    return {};
  }
  const reasons = Object.entries(off).flatMap(([rule, reason]) => {
    if (typeof reason === "string" && reason.trim() !== "") return [[rule, reason] as const];
    wrong(`lint: say why ${quote(rule)} is off: the reason is text`);
    return [];
  });
  return Object.fromEntries(reasons);
}

const policyShape = "is `warn` or `refuse`";
const withLimit = "or `{ action: refuse, over: 100000 }`";

function readPolicies(value: unknown, wrong: (problem: string) => void): Policies {
  if (!isObject(value)) {
    wrong("policies must be a mapping: `policies: { removals: refuse }`");
    return {};
  }
  const found = Object.entries(value).flatMap(([key, given]) => {
    const name = policyNames.find((one) => one === key);
    const policy = name && policyIn(name, given);
    if (!name) wrong(`policies${unknownKey(key, policyNames)}`);
    else if (!policy) wrong(`policies: ${name} ${policyShape}${takesLimit(name) ? `, ${withLimit}` : ""}`);
    return name && policy ? [[name, policy] as const] : [];
  });
  return Object.fromEntries(found);
}

function policyIn(name: PolicyName, given: unknown): Policy | undefined {
  const { action = given, over, ...others } = isObject(given) ? given : {};
  const known = policyActions.find((one) => one === action);
  if (!known || Object.keys(others).length > 0) return undefined;
  if (over === undefined) return { action: known };
  const isLimit = takesLimit(name) && Number.isSafeInteger(over) && Number(over) >= 0;
  return isLimit ? { action: known, over: Number(over) } : undefined;
}

function unknownKey(key: string, keys: readonly string[]): string {
  return `: unknown key ${quote(key)}${didYouMean(key, keys)}`;
}
