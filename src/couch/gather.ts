import { setImmediate as nextTick } from "node:timers/promises";

/**
 * Returns a function that takes one item. Items of the same tick are passed to `send` together, so that it can send
 * one request.
 */
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
