/** Files that are older than what is applied. Pure. */
import type { OlderFiles } from "../results.js";
import { visible } from "../text/visible.js";

/** What is said first, wherever it is said. Without a full stop. */
export function notApplied({ reason }: OlderFiles): string {
  return `NOT APPLIED: these files are older than what is applied (${visible(reason)})`;
}
