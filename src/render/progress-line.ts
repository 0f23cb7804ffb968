/**
 * One terminal line with the progress of long work. The most important parts come first, so that a narrow terminal
 * shows them. Pure.
 */

import { lengthOf, shortened } from "../text/cut.js";
import { grouped, rate, remaining } from "../text/quantity.js";
import { visible } from "../text/visible.js";
import { committing, percent, progressPlace, type StepProgress } from "./describe-event.js";
import type { Pace } from "./pace.js";

const bar = 20;
/** A name is never cut to fewer characters than this. */
const shortestName = 8;

/** `views in zerglings: 45%, 11 s left [#########-----------] 27,000 of 60,000 documents, 3,100 per second, building`. */
export function progressLine(event: StepProgress, pace: Pace | undefined, columns: number): string {
  const name = visible(progressPlace(event));
  if (event.committing) return shortened(`${name}: ${committing}`, columns);
  const { done, total, unit } = event;
  const known = total > 0;
  const far = known ? `${percent(event)}%` : `${grouped(done)} ${unit}`;
  const standing = pace ? `${far}, ${remaining(pace.left)} left` : far;
  const head = `${shortened(name, Math.max(shortestName, columns - standing.length - 2))}: ${standing}`;
  const extras = [
    ...(known ? [` ${barOf(event)}`, ` ${grouped(done)} of ${grouped(total)} ${unit}`] : []),
    ...(pace ? [`, ${rate(pace.perSecond)} per second`] : []),
    `, ${visible(event.what)}`,
  ];
  return fitted(head, extras, columns);
}

/** As many of the extras as fit, in their order. */
function fitted(head: string, extras: readonly string[], columns: number): string {
  let line = head;
  for (const extra of extras) {
    if (lengthOf(line) + lengthOf(extra) > columns) break;
    line += extra;
  }
  return shortened(line, columns);
}

function barOf(event: StepProgress): string {
  const full = Math.round((percent(event) / 100) * bar);
  return `[${"#".repeat(full)}${"-".repeat(bar - full)}]`;
}
