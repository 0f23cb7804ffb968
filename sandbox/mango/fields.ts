/** Field paths: `a.b` is field b in object a; `a\.b` is one field with a dot in its name. */

import { isObject, type JsonObject } from "../json.js";

function parsePath(path: string): string[] {
  return path.split(/(?<!\\)\./).map((part) => part.replaceAll("\\.", "."));
}

/** The value at a path, or undefined. A number in the path is an array index. */
export function fieldAt(value: unknown, path: string): unknown {
  let current = value;
  for (const part of parsePath(path)) {
    if (Array.isArray(current) && /^\d+$/.test(part)) current = current[Number(part)];
    else if (isObject(current) && Object.hasOwn(current, part)) current = current[part];
    else return undefined;
  }
  return current;
}

/** The document with only these fields; the whole document if the list is empty. */
export function project(document: JsonObject, fields: readonly string[]): JsonObject {
  if (fields.length === 0) return document;
  const projected: JsonObject = {};
  for (const field of fields) {
    const value = fieldAt(document, field);
    if (value !== undefined) put(projected, parsePath(field), value);
  }
  return projected;
}

function put(into: JsonObject, [first = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const inner = into[first];
  const next = isObject(inner) ? inner : {};
  into[first] = next;
  put(next, rest, value);
}
