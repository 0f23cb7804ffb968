/**
 * Warns that changed search indexes in design documents (`nouveau`, and Clouseau's `indexes`) are written in place, not
 * staged. Pure.
 */
import { isDeepStrictEqual } from "node:util";
import type { StepWarning } from "../../steps/warnings.js";
import { membersOf } from "../../text/json.js";
import type { ComparedDesignDoc } from "./compare.js";

export function searchWarning({ name, desired, stored }: ComparedDesignDoc): StepWarning[] {
  const indexes = ["nouveau", "indexes"].flatMap((member) => {
    const before = membersOf(stored?.[member]);
    return Object.entries(membersOf(desired[member]))
      .filter(([index, definition]) => !isDeepStrictEqual(before[index], definition))
      .map(([index]) => `${member}.${index}`);
  });
  return indexes.length === 0 ? [] : [{ code: "search-not-staged", designDoc: name, indexes }];
}
