/** Opens a server, and describes what a run can continue with if the first request was sent already. */
import type { Connection } from "../contract/connection.js";
import { MigrateError } from "../contract/errors.js";
import { type ApplyOptions, defaults, type RunOptions } from "../contract/options.js";
import type { ApplyResult } from "../contract/results.js";
import { secretsIn } from "../couch/connection.js";
import { type Gateway, openCouch } from "../couch/gateway.js";
import { insecurities } from "../couch/insecure.js";
import { otherScheme, schemeHint } from "../couch/wrong-address.js";
import type { StoredLedger } from "../ledger/ledger.js";
import { environmentIn, type LedgerPlace } from "../ledger/place.js";
import type { LoadOptions } from "../migrations/load.js";
import { Secrets } from "../secrets/secrets.js";
import { span } from "../text/span.js";

/** An open server, and the ledger that was requested from it. */
export interface FirstLook {
  readonly couch: Gateway;
  /** Fails as reading the ledger does. */
  readonly ledger: Promise<StoredLedger | undefined>;
  /** After this, nothing is sent. */
  end(reason: unknown): void;
  /** The secrets of the run, as far as they are known. */
  readonly secrets: Secrets;
}

/** What a run continues with that has started to read. */
export interface Reading {
  readonly look: FirstLook;
  /** For the load of the files: reads what their steps will need. */
  readonly eachFile: NonNullable<LoadOptions["eachFile"]>;
}

/** The result of a first look: nothing to do, or the state that `apply` continues with. */
export type FirstResult = { readonly result: ApplyResult } | { readonly look: FirstLook };

/** The minimum time limit for a first look, even if `wait` is shorter. Milliseconds. */
export const shortestFirstLook = 10_000;

export function silence({ url, contact }: Pick<Gateway, "url" | "contact">, milliseconds: number): MigrateError {
  const { limit } = contact;
  if (limit !== undefined) {
    const message = `CouchDB at ${url} accepted nothing within ${span(milliseconds)}: ${limit}`;
    return new MigrateError("unreachable", { message, data: { what: limit } });
  }
  const what = `no answer within ${span(milliseconds)}`;
  const hint = schemeHint("timeout", false, url);
  return new MigrateError("unreachable", {
    message: `no answer from ${url} within ${span(milliseconds)}`,
    data: { what: what + hint },
    ...(hint && { next: `If the port speaks plain HTTP, use ${otherScheme(url)} in COUCHDB_URL (or --url).` }),
  });
}

/** Where the set's ledger, lease and history are stored. */
export function placeOf({
  ledgerDatabase,
  set = defaults.set,
  environment,
}: Pick<RunOptions, "ledgerDatabase" | "set" | "environment">): LedgerPlace {
  return {
    database: ledgerDatabase ?? defaults.ledgerDatabase,
    set,
    own: ledgerDatabase === undefined,
    ...environmentIn({ environment }),
  };
}

/** Options with a connection, like those of the command line. */
export type ConnectedOptions = ApplyOptions & { readonly connection: Connection };

/** Called once per run. After `hard`, nothing is sent. */
export function openServer(
  { connection, concurrency, emit = () => {} }: Pick<ConnectedOptions, "connection" | "concurrency" | "emit">,
  hard: AbortSignal,
): Pick<FirstLook, "couch" | "secrets"> {
  const secrets = new Secrets();
  secrets.add(secretsIn(connection));
  for (const warning of insecurities(connection, process.env.NODE_TLS_REJECT_UNAUTHORIZED)) {
    emit({ type: "warning", ...warning });
  }
  return { couch: openCouch(connection, { emit, signal: hard, secrets, concurrency }), secrets };
}
