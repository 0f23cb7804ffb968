/** Opens a server, and says what a run may continue with that has asked the server already. */
import type { Connection } from "../contract/connection.js";
import { MigrateError } from "../contract/errors.js";
import { type ApplyOptions, defaults, type RunOptions } from "../contract/options.js";
import type { ApplyResult } from "../contract/results.js";
import { credentialsOf } from "../couch/connection.js";
import { type Gateway, openCouch } from "../couch/gateway.js";
import { insecurities } from "../couch/insecure.js";
import { otherScheme, schemeHint } from "../couch/wrong-address.js";
import type { StoredLedger } from "../ledger/ledger.js";
import type { LedgerPlace } from "../ledger/place.js";
import { Secrets } from "../secrets/secrets.js";
import { span } from "../text/span.js";

/** An open server, and the ledger that it was asked for. */
export interface FirstLook {
  readonly couch: Gateway;
  /** Fails as reading the ledger does. */
  readonly ledger: Promise<StoredLedger | undefined>;
  /** Of the clock that never goes back. */
  readonly began: number;
  /** From now on nothing is sent. */
  end(reason: unknown): void;
  /** Those of the run, as far as they are known. */
  readonly secrets: Secrets;
}

/** What came of a first look: there is nothing to do, or what `apply` goes on with. */
export type FirstResult = { readonly result: ApplyResult } | { readonly look: FirstLook };

/** The shortest time that a first look is given, however short `wait` is. Milliseconds. */
export const shortestFirstLook = 10_000;

export function silence(url: string, milliseconds: number): MigrateError {
  const what = `no answer within ${span(milliseconds)}`;
  const hint = schemeHint("timeout", false, url);
  return new MigrateError("unreachable", {
    message: `no answer from ${url} within ${span(milliseconds)}`,
    data: { what: what + hint },
    ...(hint && { next: `If the port speaks plain HTTP, use ${otherScheme(url)} in COUCHDB_URL (or --url).` }),
  });
}

/** Where the set's ledger, lease and history lie. */
export function placeOf({
  ledgerDatabase,
  set = defaults.set,
}: Pick<RunOptions, "ledgerDatabase" | "set">): LedgerPlace {
  return { database: ledgerDatabase ?? defaults.ledgerDatabase, set, own: ledgerDatabase === undefined };
}

/** Options that have a connection, as those of the command line do. */
export type ConnectedOptions = ApplyOptions & { readonly connection: Connection };

/** Once a run. After `hard` nothing is sent. */
export function openServer(
  { connection, emit = () => {} }: Pick<ConnectedOptions, "connection" | "emit">,
  hard: AbortSignal,
): Pick<FirstLook, "couch" | "secrets"> {
  const secrets = new Secrets();
  secrets.add([credentialsOf(connection)?.password, connection.previousPassword]);
  for (const warning of insecurities(connection, process.env.NODE_TLS_REJECT_UNAUTHORIZED)) {
    emit({ type: "warning", ...warning });
  }
  return { couch: openCouch(connection, { emit, signal: hard, secrets }), secrets };
}
