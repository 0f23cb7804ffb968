import { count } from "./quantity.js";

const mostNamed = 3;

/** Views of one design document: up to three names, otherwise the number: `33 views`. */
export function namedViews(names: readonly string[]): string {
  return names.length <= mostNamed ? names.join(", ") : count(names.length, "view");
}

/** The same, with the first names: `33 views (a, b, c, …)`. */
export function viewsWithExamples(names: readonly string[]): string {
  if (names.length <= mostNamed) return namedViews(names);
  return `${namedViews(names)} (${names.slice(0, mostNamed).join(", ")}, …)`;
}
