/** What differs between two JSON values, one change for each member. Pure. */
import { isDeepStrictEqual } from "node:util";
import { toPointer } from "../migrations/pointer.js";
import { isObject, type JsonObject } from "./json.js";
import type { Change } from "./kind.js";

/** `above`: the keys under which the values stand. `undefined`: not there. */
export function valueChanges(before: unknown, after: unknown, above: readonly string[] = []): Change[] {
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      valueChanges(memberOf(before, key), memberOf(after, key), [...above, key]),
    );
  }
  if (isDeepStrictEqual(before, after)) return [];
  return [{ path: toPointer(above), before: before ?? null, after: after ?? null }];
}

function memberOf(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
