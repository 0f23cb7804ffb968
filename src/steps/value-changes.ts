/** What differs between two JSON values, one change per field. Pure. */
import { isDeepStrictEqual } from "node:util";
import { isObject, type JsonObject } from "../text/json.js";
import { toPointer } from "../text/pointer.js";
import type { Change } from "./difference.js";

/**
 * `above`: the keys that lead to the values. `undefined`: not present.
 *
 * @param whole report an object that exists on only one side as one change; otherwise one change per field
 */
export function valueChanges(before: unknown, after: unknown, above: readonly string[] = [], whole = true): Change[] {
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      valueChanges(memberOf(before, key), memberOf(after, key), [...above, key], whole),
    );
  }
  if (!whole && before === undefined && isNotEmpty(after)) return valueChanges({}, after, above, whole);
  if (!whole && after === undefined && isNotEmpty(before)) return valueChanges(before, {}, above, whole);
  if (isDeepStrictEqual(before, after)) return [];
  return [{ path: toPointer(above), before: before ?? null, after: after ?? null }];
}

function isNotEmpty(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length > 0;
}

function memberOf(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
