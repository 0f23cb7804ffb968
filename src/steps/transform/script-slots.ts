/** How many scripts are at work at once in a run: a thread takes some 8 MB, and a pod has 64. */
import pLimit, { type LimitFunction } from "p-limit";
import type { Couch } from "../../couch/couch.js";
import { PerServer } from "../../couch/per-server.js";

const most = 2;

/** By run. */
const slots = new PerServer<LimitFunction>();

/** Does `work` when it is its turn. */
export function inTurn<T>(couch: Couch, work: () => Promise<T>): Promise<T> {
  return slots.of(couch, () => pLimit(most))(work);
}
