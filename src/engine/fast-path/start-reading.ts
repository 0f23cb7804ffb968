/**
 * The first requests of a run that compares every step with the server, sent before the migration files are parsed:
 * the ledger, then the databases that it names. The run continues with the answers, and hits any error again.
 */
import type { Gateway } from "../../couch/gateway.js";
import { assertRoot } from "../../couch/identity.js";
import { inventoryOf } from "../../couch/inventory.js";
import { createsDatabases } from "../../kinds/traits.js";
import type { Ledger } from "../../ledger/ledger.js";
import { readLedger } from "../../ledger/store.js";
import { type ConnectedOptions, openServer, placeOf, type Reading } from "../open-server.js";
import { lookAhead } from "./look-ahead.js";

export function startReading(options: ConnectedOptions): Reading {
  const hard = new AbortController();
  const { couch, secrets } = openServer(options, hard.signal);
  // Sent first, and alone, so that refused credentials are not tried twice.
  const ledger = readLedger(couch, placeOf(options));
  // Without a ledger, the run has to ask for this.
  ledger.then((stored) => (stored ? readDatabases(stored.ledger, couch) : assertRoot(couch))).catch(() => {});
  const end = (reason: unknown) => hard.abort(reason);
  return { look: { couch, ledger, secrets, end }, eachFile: lookAhead({ couch, ledger }) };
}

/** Which databases exist, and more about those that steps create. */
function readDatabases({ entries }: Ledger, couch: Gateway): void {
  const recorded = Object.values(entries);
  const inventory = inventoryOf(couch);
  inventory.incarnations(namesIn(recorded)).catch(() => {});
  for (const name of namesIn(recorded.filter(createsDatabases))) inventory.info(name).catch(() => {});
}

function namesIn(entries: readonly Ledger["entries"][string][]): string[] {
  return [...new Set(entries.flatMap(({ databases }) => Object.keys(databases)))].sort();
}
