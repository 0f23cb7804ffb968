/** The keys of couchdb-migrate.yaml that have mappings as values. They can't be flags or variables. Pure. */
import { isObject } from "../text/json.js";
import { didYouMean } from "../text/nearest.js";
import { quote } from "./value.js";

export interface Sections {
  /** `lint.off`: rules that are off for the whole set, each with the reason. */
  readonly lintOff: Readonly<Record<string, string>>;
}

export const noSections: Sections = { lintOff: {} };

export const sectionNames = ["lint"] as const;
type SectionName = (typeof sectionNames)[number];

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
  const shape = "turns rules off, each with the reason: `lint: { off: { <rule>: <reason> } }`";
  const { off = {}, ...others } = isObject(value) ? value : { others: value };
  const [other] = Object.keys(others);
  if (other !== undefined || !isObject(off)) {
    const key =
      isObject(value) && other !== undefined ? `: unknown key ${quote(other)}${didYouMean(other, ["off"])}` : "";
    wrong(`${name} ${shape}${key}`);
    return sections;
  }
  const reasons = Object.entries(off).flatMap(([rule, reason]) => {
    if (typeof reason === "string" && reason.trim() !== "") return [[rule, reason] as const];
    wrong(`${name}: say why ${quote(rule)} is off: the reason is text`);
    return [];
  });
  return { ...sections, lintOff: Object.fromEntries(reasons) };
}
