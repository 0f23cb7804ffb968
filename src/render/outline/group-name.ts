import { count } from "../../text/quantity.js";
import type { Group } from "./model.js";

/** More names than this are counted as well. */
const few = 3;

/** Of more names than this, the first ones and the last one are shown. */
const most = 6;

export function nameOf({ places }: Group): string {
  if (places.length === 0) return "server";
  if (places.length <= most) return places.join(", ");
  return `${places.slice(0, few).join(", ")}, … ${places.at(-1)}`;
}

/** ` (1,204 databases)`: of patterns, and of many names. */
export function countOf({ places, databases }: Group): string {
  const number = databases ?? (places.length > few ? places.length : undefined);
  return number === undefined ? "" : ` (${count(number, "database")})`;
}
