/** Applies `rename`, `unset` and `set` to a document. Pure. */

import type { SpecProblem } from "../steps/kind.js";
import { isObject, type JsonObject } from "../text/json.js";
import { fromPointer, toPointer } from "../text/pointer.js";
import { Unfit } from "./unfit.js";

/** The keys and pointers are JSON Pointers into the document. Applied in this order. */
export interface Declared {
  /** Moves the value at the first pointer to the second; if there is no value, nothing happens. */
  readonly rename?: Readonly<Record<string, string>>;
  readonly unset?: readonly string[];
  readonly set?: Readonly<Record<string, unknown>>;
}

/** Changes `document` in place. Throws `Unfit` if a pointer leads nowhere. */
export function changeAsDeclared(document: JsonObject, { rename = {}, unset = [], set = {} }: Declared): JsonObject {
  for (const [from, to] of Object.entries(rename)) {
    const found = take(document, from);
    if (!found) continue;
    if (holderOf(document, to, false)?.has)
      throw new Unfit(`there is already a value at ${to}, where ${from} would be moved`);
    put(document, to, found.value);
  }
  for (const pointer of unset) take(document, pointer);
  for (const [pointer, value] of Object.entries(set)) put(document, pointer, structuredClone(value));
  return document;
}

export function pointerProblems({ rename = {}, unset = [], set = {} }: Declared): SpecProblem[] {
  const named = [
    ...Object.entries(rename).flatMap(([from, to]) => [
      { path: ["rename", from], pointer: from },
      { path: ["rename", from], pointer: to },
    ]),
    ...unset.map((pointer, i) => ({ path: ["unset", i], pointer })),
    ...Object.keys(set).map((pointer) => ({ path: ["set", pointer], pointer })),
  ];
  return named.flatMap(({ path, pointer }) => {
    const message = whyNoPointer(pointer);
    return message === undefined ? [] : [{ path: toPointer(path), code: "bad-pointer", message }];
  });
}

function whyNoPointer(pointer: string): string | undefined {
  if (!pointer.startsWith("/"))
    return `\`${pointer}\` is not a JSON Pointer: it must begin with \`/\`, as in \`/address/city\``;
  if (/~(?![01])/.test(pointer))
    return `in a JSON Pointer \`~\` must be followed by \`0\` or \`1\`: \`~0\` is a tilde, \`~1\` a slash`;
  if (pointer.startsWith("/_")) return "fields that begin with `_` are reserved for CouchDB";
  return undefined;
}

interface Holder {
  readonly container: Record<string, unknown> | unknown[];
  readonly key: string;
  readonly has: boolean;
}

/**
 * The container of the value at the pointer, whether the value exists or not. @param make create missing objects on
 * the way
 */
function holderOf(document: JsonObject, pointer: string, make: boolean): Holder | undefined {
  const keys = fromPointer(pointer);
  const last = keys.pop() ?? "";
  let container: unknown = document;
  for (const key of keys) {
    let next = memberOf(container, key);
    if (next === undefined) {
      if (!make) return undefined;
      next = {};
      assign(container, key, next, pointer);
    }
    container = next;
  }
  if (!isObject(container) && !Array.isArray(container)) {
    if (!make) return undefined;
    throw new Unfit(`${pointer} leads through a value that is not an object or a list`);
  }
  return { container: container as Holder["container"], key: last, has: memberOf(container, last) !== undefined };
}

function put(document: JsonObject, pointer: string, value: unknown): void {
  const holder = holderOf(document, pointer, true);
  if (holder) assign(holder.container, holder.key, value, pointer);
}

function take(document: JsonObject, pointer: string): { readonly value: unknown } | undefined {
  const holder = holderOf(document, pointer, false);
  if (!holder?.has) return undefined;
  const { container, key } = holder;
  const value = memberOf(container, key);
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else delete container[key];
  return { value };
}

function memberOf(container: unknown, key: string): unknown {
  if (Array.isArray(container)) return isIndex(key) ? container[Number(key)] : undefined;
  return isObject(container) && Object.hasOwn(container, key) ? container[key] : undefined;
}

/** Also works for `__proto__`, which has a special meaning in an assignment. */
function assign(container: unknown, key: string, value: unknown, pointer: string): void {
  if (Array.isArray(container)) {
    if (key === "-") return void container.push(value);
    if (!isIndex(key) || Number(key) > container.length)
      throw new Unfit(`${pointer} is not a place in a list of ${container.length}`);
    container[Number(key)] = value;
  } else if (isObject(container)) {
    Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true });
  } else throw new Unfit(`${pointer} leads through a value that is not an object or a list`);
}

function isIndex(key: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(key);
}
