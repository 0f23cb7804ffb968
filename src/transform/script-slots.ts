/** Limits how many scripts run at the same time in a run: a thread takes about 8 MB, and a pod has 64. */
import pLimit, { type LimitFunction } from "p-limit";
import type { Couch } from "../couch/couch.js";
import { sharedIn } from "../couch/shared.js";

const most = 2;

/** Does `work` when a slot is free. */
export function inTurn<T>(couch: Couch, work: () => Promise<T>): Promise<T> {
  return sharedIn(couch, newSlots)(work);
}

function newSlots(): LimitFunction {
  return pLimit(most);
}
