/** How many scripts are at work at once in a run: a thread takes some 8 MB, and a pod has 64. */
import pLimit, { type LimitFunction } from "p-limit";
import type { Couch } from "../couch/couch.js";
import { sharedIn } from "../couch/shared.js";

const most = 2;

/** Does `work` when it is its turn. */
export function inTurn<T>(couch: Couch, work: () => Promise<T>): Promise<T> {
  return sharedIn(couch, newSlots)(work);
}

function newSlots(): LimitFunction {
  return pLimit(most);
}
