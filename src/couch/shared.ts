/**
 * What a run shares, whoever speaks to the server for it, and under whatever lease. It lies with the run's own `Couch`, so
 * that it ends with the run: no module keeps state.
 */
import type { Couch } from "./couch.js";

/** @param make makes the value at first use, and is its key: a function of a module, the same in each call */
export function sharedIn<Value>(couch: Couch, make: (server: Couch) => Value): Value {
  const server = couch.behind ?? couch;
  if (!server.shared.has(make)) server.shared.set(make, make(server));
  return server.shared.get(make) as Value;
}
