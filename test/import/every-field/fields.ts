/** The fields that a schema has, and those of them that a value uses, as paths: `indexes.<name>.index.fields`. */

import type { Schema } from "../../../src/steps/schema.js";
import { isObject } from "../../../src/text/json.js";

/** A field with several types counts once for each: `since_seq (string)`. */
export function fieldsOf(schema: Schema, at = ""): string[] {
  const own = variants(schema);
  const names = own.length > 1 ? own.map(({ type }) => `${at} (${type})`) : [at];
  return [
    ...new Set([
      ...names,
      ...own.flatMap((one) => children(one, at).flatMap(([path, child]) => fieldsOf(child, path))),
    ]),
  ].filter((path) => path !== "");
}

export function usedFields(schema: Schema, value: unknown, at = ""): string[] {
  const own = variants(schema);
  const fitting = own.filter(({ type }) => type === undefined || fits(value, String(type)));
  const names = own.length > 1 ? fitting.map(({ type }) => `${at} (${type})`) : [at];
  const inside = fitting.flatMap((one) => {
    if (Array.isArray(value)) return value.flatMap((item) => (one.items ? usedFields(one.items, item, `${at}[]`) : []));
    if (!isObject(value)) return [];
    return Object.entries(value).flatMap(([key, child]) => {
      const named = one.properties?.[key];
      if (named) return usedFields(named, child, join(at, key));
      const { additionalProperties: other } = one;
      return typeof other === "object" ? usedFields(other, child, join(at, "<name>")) : [];
    });
  });
  return [...names, ...inside];
}

function children({ properties = {}, additionalProperties: other, items }: Schema, at: string): [string, Schema][] {
  return [
    ...Object.entries(properties).map(([key, child]): [string, Schema] => [join(at, key), child]),
    ...(typeof other === "object" ? [[join(at, "<name>"), other] as [string, Schema]] : []),
    ...(items ? [[`${at}[]`, items] as [string, Schema]] : []),
  ];
}

/** One schema for each type that the value may have. */
function variants(schema: Schema): readonly Schema[] {
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].filter(({ type }) => type !== undefined);
  if (alternatives.length > 0) return alternatives;
  return Array.isArray(schema.type) ? schema.type.map((type: string) => ({ ...schema, type })) : [schema];
}

function fits(value: unknown, type: string): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isObject(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

function join(at: string, key: string): string {
  return at === "" ? key : `${at}.${key}`;
}
