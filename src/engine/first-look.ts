/**
 * The first request of a run, sent before the migration files are parsed: where the ledger's snapshot was made of the
 * very files that lie here, for databases that are as they were, there is nothing to do, and nothing else is loaded.
 * In all other cases, and in every doubt, the run goes on as if it began here, with the answer that it has already.
 */
import { credentialsOf } from "../couch/connection.js";
import { databaseInfo } from "../couch/databases.js";
import { type Gateway, openCouch } from "../couch/gateway.js";
import { MigrateError } from "../errors.js";
import type { Snapshot, StoredLedger } from "../ledger/ledger.js";
import { isSnapshot } from "../ledger/snapshot.js";
import { readLedger } from "../ledger/store.js";
import { digestNow } from "../migrations/inputs.js";
import type { Env } from "../migrations/variables.js";
import { type ApplyOptions, defaults } from "../options.js";
import type { ApplyResult } from "../results.js";
import { createRedactor } from "../secrets.js";

/** An open server, and the ledger that it was asked for. */
export interface FirstLook {
  readonly couch: Gateway;
  /** Fails as reading the ledger does. */
  readonly ledger: Promise<StoredLedger | undefined>;
  /** Of the clock that never goes back. */
  readonly began: number;
  /** From now on nothing is sent. */
  end(reason: unknown): void;
  /** From now on these are hidden too in what the server says. */
  keepSecret(secrets: Iterable<string>): void;
}

/** What came of it: there is nothing to do, or what `apply` goes on with. */
export type FirstResult = { readonly result: ApplyResult } | { readonly look: FirstLook };

/** The shortest time that a first look is given, however short `wait` is. Milliseconds. */
export const shortestFirstLook = 5_000;

/** A server that takes longer, in milliseconds, is not waited for before the files are read: they may be wrong. */
const answersWithin = 1_000;

/** After `hard` nothing is sent. */
export function openServer(options: ApplyOptions, hard: AbortSignal): Pick<FirstLook, "couch" | "keepSecret"> {
  const { connection, emit = () => {} } = options;
  const secrets = new Set<string>();
  let redact = createRedactor([]);
  const keepSecret = (more: Iterable<string>) => {
    for (const secret of more) secrets.add(secret);
    redact = createRedactor(secrets);
  };
  const known = [credentialsOf(connection)?.password, connection.previousPassword];
  keepSecret(known.filter((secret) => secret !== undefined));
  return { couch: openCouch(connection, { emit, signal: hard, redact: (text) => redact(text) }), keepSecret };
}

export async function firstLook(path: string, env: Env, options: ApplyOptions): Promise<FirstResult> {
  const began = performance.now();
  const hard = new AbortController();
  const { couch, keepSecret } = openServer(options, hard.signal);
  const database = options.ledgerDatabase ?? defaults.ledgerDatabase;
  const place = { database, set: options.set ?? defaults.set, own: options.ledgerDatabase === undefined };
  const silent = new MigrateError("unreachable", { message: `${couch.url} does not answer` });
  const cut = (reason: MigrateError) => () => couch.cut(reason);
  const timer = setTimeout(cut(silent), Math.max(options.wait ?? defaults.wait, shortestFirstLook));
  const interrupt = cut(new MigrateError("interrupted", { message: "the run was interrupted before it was done" }));
  options.signal?.addEventListener("abort", interrupt, { once: true });
  const ledger = readLedger(couch, place);
  // Whoever goes on with it meets what went wrong.
  ledger.catch(() => {});
  let late: NodeJS.Timeout | undefined;
  const soon = new Promise<undefined>((resolve) => {
    late = setTimeout(resolve, answersWithin, undefined);
  });
  try {
    const snapshot = (await Promise.race([ledger, soon]))?.ledger.snapshot;
    if (isSnapshot(snapshot) && (await holds(snapshot, couch, path, env))) {
      options.emit?.({ type: "connected", url: couch.url, version: await couch.version(), user: couch.login.name });
      const result = unchanged(snapshot, place.set, couch, performance.now() - began);
      await couch.close();
      return { result };
    }
  } catch {
    // Whatever it is, the files come first: they may be wrong. Then the run meets it again.
  } finally {
    clearTimeout(timer);
    clearTimeout(late);
    options.signal?.removeEventListener("abort", interrupt);
  }
  return { look: { couch, ledger, began, keepSecret, end: (reason) => hard.abort(reason) } };
}

async function holds(snapshot: Snapshot, couch: Gateway, path: string, env: Env): Promise<boolean> {
  const found = Object.entries(snapshot.databases).map(
    async ([name, incarnation]) => ((await databaseInfo(couch, name))?.incarnation ?? null) === incarnation,
  );
  const [digest, ...same] = await Promise.all([digestNow(path, snapshot, env), ...found]);
  return digest === snapshot.digest && !same.includes(false);
}

function unchanged({ steps }: Snapshot, set: string, { requests }: Gateway, milliseconds: number): ApplyResult {
  return {
    formatVersion: 1,
    set,
    result: "unchanged",
    applied: [],
    adopted: [],
    unchanged: steps,
    superseded: [],
    notReached: [],
    unfinished: [],
    failures: [],
    warnings: [],
    requests: { ...requests },
    milliseconds: Math.round(milliseconds),
  };
}
