/** A value in a few words. Pure. */
import { cut } from "../../text/cut.js";
import { isObject } from "../../text/json.js";
import { count } from "../../text/quantity.js";

const longest = 40;

/** A secret, or one whose variable is not set. */
export function isHidden(value: unknown): boolean {
  return value === "***" || value === "(unknown)";
}

/** JSON, if it is short; else what is in it. */
export function shortValue(value: unknown): string {
  if (isHidden(value)) return String(value);
  const people = roster(value);
  if (people !== undefined) return people;
  if (isObject(value) && typeof value.url === "string") return shortValue(value.url);
  const text = JSON.stringify(value) ?? "null";
  if (text.length <= longest) return text;
  if (Array.isArray(value)) return count(value.length, "value");
  if (isObject(value)) return `{${Object.keys(value).join(", ")}}`;
  return cut(text, longest - 1);
}

/** `role gateway, user kerrigan`: members of a database. */
function roster(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  const { names, roles, ...others } = value;
  if (!Array.isArray(names) || !Array.isArray(roles) || Object.keys(others).length > 0) return undefined;
  const all = [...roles.map((role) => `role ${role}`), ...names.map((name) => `user ${name}`)];
  return all.length === 0 ? "none" : all.join(", ");
}
