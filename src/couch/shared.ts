/**
 * Values that a whole run shares, across all its views of the server and all leases. They are kept with the run's own
 * `Couch`, so they end with the run, and no module has state.
 */
import type { Couch } from "./couch.js";

/** @param make creates the value on first use, and is its key: a module-level function, the same in each call */
export function sharedIn<Value>(couch: Couch, make: (server: Couch) => Value): Value {
  const server = couch.behind ?? couch;
  if (!server.shared.has(make)) server.shared.set(make, make(server));
  return server.shared.get(make) as Value;
}
