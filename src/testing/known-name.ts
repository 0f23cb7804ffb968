import type { SpecProblem } from "../steps/kind.js";
import { didYouMean } from "../text/nearest.js";
import { list } from "../text/quantity.js";
import { membersOf, type TestedSet } from "./tested-set.js";

/** A problem if no design document of the migrations has the view or the filter. */
export function unknownMember(named: string, field: "views" | "filters", at: string, set: TestedSet): SpecProblem[] {
  const known = membersOf(set, field);
  if (known.includes(named)) return [];
  const noun = field.slice(0, -1);
  const all = known.length === 0 ? `; they have no ${field}` : `; they have ${list(known, 10)}`;
  const message = `the migrations have no ${noun} \`${named}\` in ${set.database}${didYouMean(named, known, all)}`;
  return [{ path: at, code: `unknown-${noun}`, message }];
}

/** `brood/eldest` → `brood`, `eldest`. A design document's name has no slash here, a view's may have one. */
export function splitName(named: string): readonly [designDoc: string, member: string] {
  const slash = named.indexOf("/");
  return [named.slice(0, slash), named.slice(slash + 1)];
}

/** `<design document>/<name>`. */
export const memberPattern = "^[^/]+/.+$";
