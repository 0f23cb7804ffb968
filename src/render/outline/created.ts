/** What a new object is, in a few words. Pure. */
import type { Change } from "../../contract/results.js";
import { isObject } from "../../text/json.js";
import { fromPointer } from "../../text/pointer.js";
import { shortValue } from "./values.js";

/** @param root of the object that is created; `target` names it, so that its name is not said again */
export function createdFacts(kind: string, root: string, target: string, changes: readonly Change[]): string[] {
  return changes.flatMap(({ path, after }) => {
    if (isEmpty(after)) return [];
    if (path === root && kind === "ensureDesignDocs") return membersOfDesignDoc(after);
    if (path === root && kind === "ensureIndexes") return definitionOf(after);
    if (path === root && kind === "ensureDocuments" && path === "/docs") return [String(after)];
    if (path === root) return isObject(after) ? fieldsOf(after) : [shortValue(after)];
    if (path === "/name" && target.endsWith(` ${String(after)}`)) return [];
    return [fact(fromPointer(path.slice(root.length)).join("/"), after)];
  });
}

function fieldsOf(value: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(value).flatMap(([key, part]) => (isEmpty(part) ? [] : [fact(key, part)]));
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function fact(key: string, value: unknown): string {
  if (value === true) return key;
  const text = shortValue(value);
  return /^(?:role|user) |^none$/.test(text) ? `${key}: ${text}` : `${key}=${text}`;
}

/** `views by-age, by-name`, `validate_doc_update`. */
function membersOfDesignDoc(doc: unknown): string[] {
  if (!isObject(doc)) return [shortValue(doc)];
  return Object.entries(doc).map(([key, value]) => {
    if (isObject(value))
      return `${key} ${Object.keys(value)
        .filter((name) => key !== "views" || name !== "lib")
        .join(", ")}`;
    return typeof value === "string" && (value.includes("\n") || value.length > 20) ? key : fact(key, value);
  });
}

/** `on map, startedAt desc`. */
function definitionOf(definition: unknown): string[] {
  if (!isObject(definition) || !isObject(definition.index)) return [shortValue(definition)];
  const { index, type, ddoc: _, ...others } = definition;
  const { fields, partial_filter_selector: filter, ...more } = index as Readonly<Record<string, unknown>>;
  return [
    ...(type === "json" || type === undefined ? [] : [`type ${String(type)}`]),
    ...(Array.isArray(fields) && fields.length > 0 ? [`on ${fields.map(fieldText).join(", ")}`] : []),
    ...(filter === undefined ? [] : [`where ${shortValue(filter)}`]),
    ...fieldsOf({ ...more, ...others }),
  ];
}

function fieldText(field: unknown): string {
  const [entry, ...others] = isObject(field) ? Object.entries(field) : [];
  if (!entry || others.length > 0) return typeof field === "string" ? field : shortValue(field);
  const [name, order] = entry;
  return order === "asc" ? name : `${name} ${typeof order === "string" ? order : shortValue(order)}`;
}
