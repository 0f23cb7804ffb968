/** Places that no run has come to, but that a person may have written into a ledger. Pure. */
import type { Noted } from "./standing.js";

/** Half of what a number can count to: whatever is noted next can still be counted. */
const highest = 2 ** 52;

/** With the places in the same order, counted from 1 again where one is too high. */
export function withRoom({ versions, release }: Noted): Noted {
  const places = [...new Set([...Object.values(versions ?? {}), ...(release ? [release.at] : [])])];
  if (places.every((place) => place <= highest)) return {};
  const order = new Map(places.sort((a, b) => a - b).map((place, i) => [place, i + 1]));
  const again = (place: number) => order.get(place) ?? place;
  return {
    ...(versions && { versions: Object.fromEntries(Object.entries(versions).map(([one, at]) => [one, again(at)])) }),
    ...(release && { release: { ...release, at: again(release.at) } }),
  };
}
