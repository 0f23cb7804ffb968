/** Determines what may be printed of a step's values. */
import { fromPointer, type Segment, toPointer, valueAt } from "../text/pointer.js";

/** A value that must not be printed, and its replacement. */
export interface Mask {
  /** JSON Pointer into the spec. */
  readonly pointer: string;
  readonly value: string;
  readonly shown: string;
  /** Parts of it that our own sentences may contain, because the field is not secret by itself. */
  readonly spoken: readonly string[];
}

export interface Shown {
  readonly shown: unknown;
  readonly secrets: ReadonlyMap<string, string>;
}

/**
 * `desired` as it may be printed, and the secrets in it. If a kind's `resolve` has moved a value, for example by
 * sorting a list, it is searched for in the nearest object or list that still exists.
 */
export function show(desired: unknown, masks: readonly Mask[]): Shown {
  const secrets = new Map<string, string>();
  let shown = desired;
  const moved: Mask[] = [];
  for (const mask of masks) {
    const value = valueAt(desired, mask.pointer);
    if (value === undefined || String(value) !== mask.value) moved.push(mask);
    else {
      secrets.set(mask.pointer, mask.value);
      shown = replaceAt(shown, fromPointer(mask.pointer), mask.shown);
    }
  }
  for (const mask of moved) {
    const above = nearest(desired, fromPointer(mask.pointer));
    for (const pointer of placesOf(mask.value, valueAt(desired, toPointer(above)), above)) {
      if (secrets.has(pointer)) continue;
      secrets.set(pointer, mask.value);
      shown = replaceAt(shown, fromPointer(pointer), mask.shown);
    }
  }
  return { shown, secrets };
}

/** The longest prefix of the path that still leads to an object or a list. */
function nearest(root: unknown, path: readonly string[]): readonly string[] {
  for (let length = path.length - 1; length > 0; length -= 1) {
    const value = valueAt(root, toPointer(path.slice(0, length)));
    if (typeof value === "object" && value !== null) return path.slice(0, length);
  }
  return [];
}

function placesOf(secret: string, value: unknown, at: readonly Segment[]): string[] {
  if (typeof value !== "object" || value === null) return String(value) === secret ? [toPointer(at)] : [];
  const children = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return children.flatMap(([key, child]) => placesOf(secret, child, [...at, key]));
}

/** Copies the objects on the path; the rest is shared. */
function replaceAt(value: unknown, [first, ...rest]: readonly string[], replacement: unknown): unknown {
  if (first === undefined) return replacement;
  const child = (value as Record<string, unknown>)[first];
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
  (copy as Record<string, unknown>)[first] = replaceAt(child, rest, replacement);
  return copy;
}
