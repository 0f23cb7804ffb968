/** Files that are older than what is applied. Pure. */
import type { OlderFiles } from "../contract/results.js";
import { notAppliedText } from "../text/not-applied.js";
import { visible } from "../text/visible.js";

export function notApplied({ reason }: OlderFiles): string {
  return notAppliedText(visible(reason));
}
