/** What of a step's values may be printed. */
import { fromPointer, type Segment, toPointer, valueAt } from "./pointer.js";
import { masked } from "./step.js";

/** A value that must not be printed, and what is printed in its place. */
export interface Mask {
  /** JSON Pointer into the spec. */
  readonly pointer: string;
  readonly value: string;
  readonly shown: string;
}

/** The text with the credentials of its URLs masked. Rather too much than too little: passwords hold slashes too. */
export function maskUrls(text: string): string {
  if (!text.includes("@")) return text;
  return text.replaceAll(/([a-z][\w+.-]*:\/\/)(?:[^\s/?#]*@|[^\s/@:]*:\S*@)/gi, `$1${masked}@`);
}

/** The credentials themselves. */
export function urlCredentials(text: string): string[] {
  if (!text.includes("@")) return [];
  return [...text.matchAll(/[a-z][\w+.-]*:\/\/([^\s/?#]*|[^\s/@:]*:\S*)@/gi)].flatMap(([, user = ""]) => {
    const password = user.slice(user.indexOf(":") + 1);
    return [user, password];
  });
}

export interface Shown {
  readonly shown: unknown;
  readonly secrets: ReadonlyMap<string, string>;
}

/**
 * `desired` as it may be printed, and the secrets in it. A kind's `resolve` may have moved a value, so one that is no
 * longer at its place is looked for everywhere.
 */
export function show(desired: unknown, masks: readonly Mask[]): Shown {
  if (masks.length === 0) return { shown: desired, secrets: none };
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
  return { shown: moved.length > 0 ? hideEverywhere(shown, moved, [], secrets) : shown, secrets };
}

const none: ReadonlyMap<string, string> = new Map();

/** A copy of what lies on the way; the rest is shared. */
function replaceAt(value: unknown, [first, ...rest]: readonly string[], replacement: unknown): unknown {
  if (first === undefined) return replacement;
  const child = (value as Record<string, unknown>)[first];
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
  (copy as Record<string, unknown>)[first] = replaceAt(child, rest, replacement);
  return copy;
}

function hideEverywhere(value: unknown, masks: readonly Mask[], at: Segment[], secrets: Map<string, string>): unknown {
  if (typeof value === "string") {
    const text = hideIn(value, masks);
    if (text !== value) secrets.set(toPointer(at), value);
    return text;
  }
  if (Array.isArray(value)) return value.map((item, i) => hideEverywhere(item, masks, [...at, i], secrets));
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([key, child]) => [
    key,
    hideEverywhere(child, masks, [...at, key], secrets),
  ]);
  return Object.fromEntries(fields);
}

function hideIn(text: string, masks: readonly Mask[]): string {
  let hidden = text;
  for (const { value, shown } of masks) {
    // A short secret would be found in words that have nothing to do with it.
    hidden = text === value ? shown : value.length > 3 ? hidden.replaceAll(value, () => shown) : hidden;
  }
  return hidden;
}
