/** How long a runner has held a lease, for a sentence that starts with the runner. */
import { span } from "./span.js";

/** @param milliseconds absent if `since` is not a time */
export function heldSince(lease: string, since: string | undefined, milliseconds: number | undefined): string {
  return milliseconds === undefined
    ? `holds ${lease} (since ${since})`
    : `has held ${lease} for ${span(milliseconds)} (since ${since})`;
}
