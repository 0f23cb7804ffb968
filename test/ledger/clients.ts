/** Runners as the lease sees them: each with a connection of its own. */
import { afterAll } from "vitest";
import type { Gateway } from "../../src/couch/gateway.js";
import { openCouch } from "../../src/couch/gateway.js";
import type { TakeLeaseOptions } from "../../src/ledger/lease.js";
import type { Addressed } from "../support/request.js";

const open: Gateway[] = [];
afterAll(async () => void (await Promise.all(open.map((couch) => couch.close()))));

/** Closed when the test file ends. `killed`: from its abort on it sends nothing any more, as after kill -9. */
export function connect(server: Addressed, killed?: AbortSignal): Gateway {
  const couch = openCouch(
    { url: server.url, username: server.admin.name, password: server.admin.password },
    { emit: () => {}, signal: killed ?? new AbortController().signal, readOnly: false },
  );
  open.push(couch);
  return couch;
}

export function options(holder: string, more: Partial<TakeLeaseOptions> = {}): TakeLeaseOptions {
  const signal = new AbortController().signal;
  return { holder, ttl: 5_000, lockWait: 60_000, emit: () => {}, signal, ...more };
}

/** A server as its URL with credentials names it. */
export function given(url: string): Addressed {
  const { origin, username, password } = new URL(url);
  return { url: origin, admin: { name: decodeURIComponent(username), password: decodeURIComponent(password) } };
}
