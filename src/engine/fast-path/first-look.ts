/**
 * The first requests of a run, sent before the migration files are parsed. If the snapshot of the last run was made
 * from exactly these files, and the databases are unchanged, there is nothing to do, and nothing else is loaded. In
 * all other cases, and in any doubt, the run continues as if it started here, with the answers that it already has.
 */

import { MigrateError } from "../../contract/errors.js";
import { type ApplyOptions, defaults, type FilesScope, ledgerDatabases } from "../../contract/options.js";
import type { Gateway } from "../../couch/gateway.js";
import { assertRoot } from "../../couch/identity.js";
import { inventoryOf } from "../../couch/inventory.js";
import { withoutSnapshot } from "../../generated/without-snapshot.js";
import { type LedgerPlace, readLedger, readLedgerRevision } from "../../ledger/store.js";
import { Problems } from "../../migrations/problems.js";
import { readSources } from "../../migrations/sources.js";
import { emptyResult } from "../empty-result.js";
import {
  type ConnectedOptions,
  type FirstResult,
  openServer,
  placeOf,
  shortestFirstLook,
  silence,
} from "../open-server.js";
import { releaseOf } from "../release-of.js";
import { readSnapshot, type Snapshot } from "./snapshot.js";

/**
 * If a server takes longer than this, in milliseconds, the files are read without waiting for it, because they may be
 * invalid.
 */
const answersWithin = 1_000;

export async function firstLook(path: string, scope: FilesScope, options: ConnectedOptions): Promise<FirstResult> {
  const began = performance.now();
  const hard = new AbortController();
  const { couch, secrets } = openServer(options, hard.signal);
  const place = placeOf(options);
  const cut = (reason: MigrateError) => () => couch.cut(reason);
  const limit = Math.max(options.wait ?? defaults.wait, shortestFirstLook);
  const timer = setTimeout(() => couch.cut(silence(couch, limit)), limit);
  const interrupt = cut(new MigrateError("interrupted", { message: "the run was interrupted before it was done" }));
  options.signal?.addEventListener("abort", interrupt, { once: true });
  const problems = new Problems();
  const sources = readSources(path, problems);
  const may = problems.count === 0 && sources.every(({ text }) => !rulesItOut.test(text));
  const asked = may ? readSnapshot(couch, place) : Promise.resolve(undefined);
  // The run that continues gets this error again; here, it may come before any code handles it.
  asked.catch(() => {});
  let late: NodeJS.Timeout | undefined;
  const soon = new Promise<undefined>((resolve) => {
    late = setTimeout(resolve, answersWithin, undefined);
  });
  try {
    // Loaded while CouchDB is working on the request, because loading takes a while.
    const digest = may ? new (await import("../../migrations/inputs.js")).Digest(path, sources) : undefined;
    const snapshot = await Promise.race([asked, soon]);
    if (
      snapshot &&
      isReleased(snapshot, options) &&
      (await digest?.of(snapshot, scope)) === snapshot.digest &&
      (await stillHolds(snapshot, couch, place))
    ) {
      options.emit?.({ type: "connected", url: couch.url, version: await couch.version(), user: couch.login.name });
      const measured = { requests: couch.requests, milliseconds: performance.now() - began };
      const result = { ...emptyResult(place, measured), unchanged: snapshot.steps };
      await couch.close();
      return { result };
    }
    if (snapshot) askForDatabases(snapshot, couch);
  } catch {
    // Ignored: file validation comes first, and the full run will hit the same error.
  } finally {
    clearTimeout(timer);
    clearTimeout(late);
    options.signal?.removeEventListener("abort", interrupt);
  }
  // Sent after the requests that may fail, so that refused credentials are not tried twice.
  const ledger = asked.then(() => readLedger(couch, place));
  // Without a ledger, the run has to ask for this.
  ledger.then((stored) => (stored ? undefined : assertRoot(couch))).catch(() => {});
  return { look: { couch, ledger, secrets, end: (reason) => hard.abort(reason) } };
}

/**
 * Steps of these kinds, and secrets from files: such a set can't have a snapshot, and starts with its ledger. If the
 * text only looks like it, for example in a comment, the long way is correct as well.
 */
const rulesItOut = new RegExp(`\\b(?:${[...withoutSnapshot].join("|")})["']?\\s*:|\\$\\{file:`);

/** A release that differs from the ledger's has to be noted or refused. */
function isReleased({ release }: Snapshot, options: ApplyOptions): boolean {
  const own = releaseOf(options);
  return own === undefined || own === release;
}

async function stillHolds(snapshot: Snapshot, couch: Gateway, place: LedgerPlace): Promise<boolean> {
  const [revision, same] = await Promise.all([
    readLedgerRevision(couch, place),
    inventoryOf(couch).isAsStamped(snapshot, ledgerDatabases(place.database)),
  ]);
  return same && revision === snapshot.ledger;
}

/** If the run continues, it will most likely need the same. It will hit any error again. */
function askForDatabases(snapshot: Snapshot, couch: Gateway): void {
  const inventory = inventoryOf(couch);
  inventory.recall(snapshot);
  if (Object.keys(snapshot.matching).length > 0) inventory.list().catch(() => {});
  inventory.incarnations(Object.keys(snapshot.databases)).catch(() => {});
}
