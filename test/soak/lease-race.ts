/**
 * A long race for the lease. Not part of the tests: stop, hang and kill nodes while it runs.
 *
 *   COUCHDB_CLUSTER_URLS=http://admin:secret@a:5984,http://admin:secret@b:5984 ROUNDS=60 CLIENTS=6 npm run lease-race
 *
 * A violation is a runner that gets the lease while another one still thinks it holds it. Some runners "crash": they
 * stop renewing, but think they hold it until their own deadline.
 */

import { MigrateError } from "../../src/contract/errors.js";
import { openCouch } from "../../src/couch/gateway.js";
import { ensureLedgerDatabase } from "../../src/ledger/database.js";
import { type Lease, takeLease } from "../../src/ledger/lease.js";

const urls = (process.env.COUCHDB_CLUSTER_URLS ?? process.env.COUCHDB_URL ?? "").split(",").filter(Boolean);
const rounds = Number(process.env.ROUNDS ?? 60);
const clients = Number(process.env.CLIENTS ?? 6);
const ttl = Number(process.env.TTL ?? 4_000);
const run = Date.now().toString(36);
const database = process.env.DATABASE ?? "couchdb-migrate-race";

const counts = { taken: 0, takeovers: 0, crashed: 0, lost: 0, violations: 0, duplicateTokens: 0, notRising: 0 };
const errors: Record<string, number> = {};
const holders = new Map<string, Set<Lease>>();
const tokens = new Map<string, number[]>();

function believes(lease: Lease): boolean {
  try {
    lease.assertHeld();
    return true;
  } catch {
    return false;
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function client(index: number, set: string): Promise<void> {
  const killed = new AbortController();
  const couch = openCouch(
    { url: urls[index % urls.length] ?? "", requestTimeout: 20_000 },
    { emit: () => {}, signal: killed.signal, readOnly: false },
  );
  const place = { database, set, own: true };
  try {
    await sleep(Math.random() * 20);
    const lease = await takeLease(couch, place, {
      holder: `client-${index}`,
      ttl,
      leaseWait: 300_000,
      emit: (event) => {
        if (event.type === "lease-taken" && event.from !== undefined) counts.takeovers += 1;
      },
      signal: new AbortController().signal,
    });
    entered(set, lease, index);
    if (Math.random() < 0.12) {
      counts.crashed += 1;
      killed.abort(new MigrateError("interrupted", { message: "crashed" }));
      return;
    }
    const until = performance.now() + Math.random() * (Math.random() < 0.15 ? ttl : 150);
    while (performance.now() < until && believes(lease)) await sleep(10);
    if (lease.lost.aborted) counts.lost += 1;
    holders.get(set)?.delete(lease);
    await lease.release();
  } catch (error) {
    const code = error instanceof MigrateError ? error.code : String(error);
    errors[code] = (errors[code] ?? 0) + 1;
  } finally {
    await couch.close();
  }
}

function entered(set: string, lease: Lease, index: number): void {
  if (!believes(lease)) return;
  counts.taken += 1;
  const inside = holders.get(set) ?? new Set();
  holders.set(set, inside);
  for (const other of inside) {
    if (!believes(other)) inside.delete(other);
    else {
      counts.violations += 1;
      console.log(`VIOLATION in ${set}: client-${index} (${lease.token}) beside ${other.holder} (${other.token})`);
    }
  }
  inside.add(lease);
  const given = tokens.get(set) ?? [];
  if (given.includes(lease.token)) counts.duplicateTokens += 1;
  else if (given.some((token) => token > lease.token)) counts.notRising += 1;
  tokens.set(set, [...given, lease.token]);
}

const setup = openCouch(
  { url: urls[0] ?? "" },
  { emit: () => {}, signal: new AbortController().signal, readOnly: false },
);
await ensureLedgerDatabase(
  setup,
  { database, set: "race", own: true },
  { emit: () => {}, signal: new AbortController().signal },
);
await setup.close();
const begun = performance.now();
for (let round = 1; round <= rounds; round += 1) {
  // Every other round starts with a document that does not exist yet.
  const set = round % 2 === 0 ? `${run}-${round}` : `${run}-shared`;
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index, set)));
  if (round % 10 === 0 || round === rounds) {
    console.log(`round ${round}, ${Math.round((performance.now() - begun) / 1000)} s`, counts, errors);
  }
}
process.exitCode = counts.violations + counts.duplicateTokens > 0 ? 1 : 0;
