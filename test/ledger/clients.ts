/** Runners as the lease sees them: each with its own connection. */
import { afterAll } from "vitest";
import type { Gateway } from "../../src/couch/gateway.js";
import { openCouch } from "../../src/couch/gateway.js";
import type { Lease, TakeLeaseOptions } from "../../src/ledger/lease.js";
import type { Addressed } from "../support/request.js";

const open: Gateway[] = [];
afterAll(async () => void (await Promise.all(open.map((couch) => couch.close()))));

/** Closed when the test file ends. `killed`: after its abort it sends nothing more, as after kill -9. */
export function connect(server: Addressed, killed?: AbortSignal): Gateway {
  const couch = openCouch(
    { url: server.url, username: server.admin.name, password: server.admin.password },
    { emit: () => {}, signal: killed ?? new AbortController().signal, readOnly: false },
  );
  open.push(couch);
  return couch;
}

/**
 * The TTL of a lease that a test waits out. Every other lease gets a longer one: a busy machine may stop a test for
 * seconds, and a lease that is meant to be held must survive that.
 */
export const shortTtl = 5_000;

export function options(holder: string, more: Partial<TakeLeaseOptions> = {}): TakeLeaseOptions {
  const signal = new AbortController().signal;
  return { holder, ttl: 15_000, leaseWait: 600_000, emit: () => {}, signal, ...more };
}

/** A server, from its URL with credentials. */
export function given(url: string): Addressed {
  const { origin, username, password } = new URL(url);
  return { url: origin, admin: { name: decodeURIComponent(username), password: decodeURIComponent(password) } };
}

/**
 * All take the lease concurrently, and each releases it after a moment: who thought to hold it while another did, and
 * the tokens, in the order in which they were given.
 */
export async function contend(takers: readonly (() => Promise<Lease>)[]): Promise<{
  readonly overlaps: readonly string[];
  readonly tokens: readonly number[];
}> {
  const inside = new Set<Lease>();
  const overlaps: string[] = [];
  const tokens: number[] = [];
  await Promise.all(
    takers.map(async (take) => {
      const lease = await take();
      for (const other of inside) if (!other.lost.aborted) overlaps.push(`${other.holder} and ${lease.holder}`);
      inside.add(lease);
      tokens.push(lease.token);
      await new Promise((resolve) => setTimeout(resolve, 30));
      inside.delete(lease);
      await lease.release();
    }),
  );
  return { overlaps, tokens };
}
