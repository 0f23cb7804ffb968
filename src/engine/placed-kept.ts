import type { KeptStep } from "../contract/results.js";
import type { Kept } from "../steps/difference.js";

/** With the name of the database if the step works in several places. */
export function placedKept(
  kept: readonly Kept[],
  places: number,
  database: string | undefined,
): KeptStep["differences"] {
  return kept.map((one) => (places > 1 && database !== undefined ? { ...one, database } : one));
}
