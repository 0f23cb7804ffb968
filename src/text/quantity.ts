/** Numbers in a readable form. */
import { span } from "./span.js";

export { span };

/** `1 document`, `60,000 documents`. */
export function count(number: number, noun: string): string {
  return `${grouped(number)} ${pluralOf(noun, number)}`;
}

/** `index by-status`, `indexes by-map, by-status`. */
export function called(noun: string, names: readonly string[]): string {
  return `${pluralOf(noun, names.length)} ${names.join(", ")}`;
}

function pluralOf(noun: string, number: number): string {
  if (number === 1) return noun;
  return noun.endsWith("x") ? `${noun}es` : `${noun}s`;
}

export function grouped(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** The remaining time, rounded to what can be known: `12 s`, `2 min 5 s`, `1 h 2 min`. */
export function remaining(milliseconds: number): string {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  return seconds < 60 ? `${seconds} s` : span(seconds * 1000);
}

/** `3,100`, `0.4`. */
export function rate(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : grouped(Math.round(perSecond));
}

/** `850 bytes`, `1.2 kB`, `23 MB`: decimal units. */
export function size(bytes: number): string {
  if (bytes < 1000) return count(bytes, "byte");
  const units = ["kB", "MB", "GB", "TB"];
  let scaled = bytes / 1000;
  let unit = 0;
  for (; scaled >= 999.5 && unit < units.length - 1; unit += 1) scaled /= 1000;
  return `${scaled < 9.95 ? scaled.toFixed(1) : Math.round(scaled)} ${units[unit]}`;
}

/** A list with at most `most` names: `a, b and 3 more`. */
export function list(names: readonly string[], most: number): string {
  if (names.length <= most) return names.join(", ");
  return `${names.slice(0, most).join(", ")} and ${grouped(names.length - most)} more`;
}
