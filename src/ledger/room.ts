/** Handles positions that no run has reached, but that a person may have written to a ledger. Pure. */
import type { Noted } from "./standing.js";

/** Half of the largest exact integer, so that there is room for all further notes. */
const highest = 2 ** 52;

/** The same order of positions, renumbered from 1 if one is too high. */
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
