/** How many scripts are at work at once in a run: a thread takes some 8 MB, and a pod has 64. */
import type { Couch } from "../../couch/couch.js";

const most = 2;

interface Slots {
  taken: number;
  readonly waiting: (() => void)[];
}

/** By run. */
const known = new WeakMap<Couch, Slots>();

/** Does `work` when it is its turn. */
export async function inTurn<T>(couch: Couch, work: () => Promise<T>): Promise<T> {
  const slots = known.get(couch) ?? { taken: 0, waiting: [] };
  known.set(couch, slots);
  if (slots.taken < most) slots.taken += 1;
  // Whoever is done hands on its slot.
  else await new Promise<void>((resolve) => void slots.waiting.push(resolve));
  try {
    return await work();
  } finally {
    const next = slots.waiting.shift();
    if (next) next();
    else slots.taken -= 1;
  }
}
