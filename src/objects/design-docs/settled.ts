/**
 * What is written of what a step asks for. Where the server has the same in another spelling, that spelling stays, and
 * with it the index. Pure.
 */

import { isObject, membersOf } from "../../text/json.js";
import { toPointer } from "../../text/pointer.js";
import type { DesignDoc } from "./design-doc.js";
import { codeOf } from "./members.js";
import { isStagedFormOf } from "./planner.js";

/** `stored`: as it is on the server. Returns `asked` itself where nothing of it is spelled otherwise there. */
export function settled(asked: DesignDoc, stored: DesignDoc | undefined): DesignDoc {
  if (!stored) return asked;
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

/** Editors, couchapp and others end a text with a newline or without. */
function isSameText(one: string, other: string): boolean {
  return one.trimEnd() === other.trimEnd();
}
