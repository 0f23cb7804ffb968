import { setImmediate as nextTick } from "node:timers/promises";

/** Returns a function that takes one item. The items of one tick go to `send` together, so that it sends one request. */
export function gather<Item>(send: (items: readonly Item[]) => unknown): (item: Item) => void {
  let open: Item[] | undefined;
  return (item) => {
    if (open) {
      open.push(item);
      return;
    }
    const begun = [item];
    open = begun;
    void nextTick().then(() => {
      open = undefined;
      void send(begun);
    });
  };
}
