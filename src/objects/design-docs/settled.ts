/**
 * What is written of what a step declares. If the server has an equivalent text, the server's text is kept, and with
 * it the index. Pure.
 */

import { isObject, membersOf } from "../../text/json.js";
import { toPointer } from "../../text/pointer.js";
import type { DesignDoc } from "./design-doc.js";
import { withLuceneVersions } from "./lucene-version.js";
import { codeOf } from "./members.js";
import { isStagedFormOf } from "./planner.js";

/** `stored`: as it is on the server. Returns `declared` itself if nothing in it is written differently there. */
export function settled(declared: DesignDoc, stored: DesignDoc | undefined): DesignDoc {
  if (!stored) return declared;
  const asked = withLuceneVersions(declared, stored);
  const code = new Set(codeOf(asked).map(({ keys }) => toPointer(keys)));
  const forPlanner = asked.language === "query" && stored.language === "query";
  const settle = (wanted: unknown, is: unknown, keys: readonly string[]): unknown => {
    if (typeof wanted === "string" && typeof is === "string") {
      return wanted !== is && code.has(toPointer(keys)) && isSameText(wanted, is) ? is : wanted;
    }
    if (!isObject(wanted) || !isObject(is)) return wanted;
    const isView = forPlanner && keys.length === 2 && keys[0] === "views";
    if (isView && isStagedFormOf(is, wanted)) return is;
    let same = true;
    const members = Object.entries(wanted).map(([key, value]) => {
      const member = settle(value, Object.hasOwn(is, key) ? is[key] : undefined, [...keys, key]);
      same &&= member === value;
      return [key, member] as const;
    });
    return same ? wanted : Object.fromEntries(members);
  };
  return membersOf(settle(asked, stored, []));
}

/** Some editors and tools, such as couchapp, end a text with a newline; others do not. */
function isSameText(one: string, other: string): boolean {
  return one.trimEnd() === other.trimEnd();
}
