/** Search indexes in design documents (`nouveau`, and Clouseau's `indexes`) are written as they are. Pure. */
import { isDeepStrictEqual } from "node:util";
import { membersOf } from "../../text/json.js";
import type { ComparedDesignDoc } from "./compare.js";
import { idOf } from "./design-doc.js";

export function searchWarning({ name, desired, stored }: ComparedDesignDoc): string[] {
  const changed = ["nouveau", "indexes"].flatMap((member) => {
    const before = membersOf(stored?.[member]);
    return Object.entries(membersOf(desired[member]))
      .filter(([index, definition]) => !isDeepStrictEqual(before[index], definition))
      .map(([index]) => `${member}.${index}`);
  });
  if (changed.length === 0) return [];
  const which = `${changed.join(", ")} of ${idOf(name)}`;
  return [`search indexes are not staged: queries of ${which} wait for the build (not tested with a search service)`];
}
