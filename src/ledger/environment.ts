/** The environment that a ledger belongs to. Pure. */
import { MigrateError } from "../contract/errors.js";
import { visible } from "../text/visible.js";
import { commandLine } from "./command-line.js";
import type { Ledger } from "./ledger.js";
import { environmentIn, type LedgerPlace } from "./place.js";

type Owned = Pick<Ledger, "environment"> | undefined;

/** The ledger, which belongs to the environment of the run from now on, unless it belongs to one already. */
export function claimedBy(ledger: Ledger, { environment }: LedgerPlace): Ledger {
  if (environment === undefined || ledger.environment !== undefined) return ledger;
  const { formatVersion, set, ...others } = ledger;
  return { formatVersion, set, environment, ...others };
}

/** A person's correction; `undefined`: the next run decides. */
export function correctEnvironment(ledger: Ledger, environment: string | undefined): Ledger {
  const { formatVersion, set, environment: _, ...others } = ledger;
  return { formatVersion, set, ...environmentIn({ environment }), ...others };
}

/** The error `environment-refused`; `undefined`: the ledger belongs to the environment of the run, or to none. */
export function refusedEnvironment(ledger: Owned, place: LedgerPlace): MigrateError | undefined {
  const { set, database, environment } = place;
  if (ledger?.environment === undefined || ledger.environment === environment) return undefined;
  const own = visible(ledger.environment);
  const run = environment === undefined ? "this run has no environment" : `this run is for ${environment}`;
  const message = `the ledger of the set ${set} in ${database} belongs to the environment ${own}, and ${run}`;
  const { environment: _, ...nowhere } = place;
  const another =
    environment === undefined ? "" : ` If the server is right, give ${environment} a set of its own with --set.`;
  const next = `Check the address of CouchDB, and use --environment ${own} if that is meant.${another} If the environment was renamed or given up, correct the ledger with ${commandLine("ledger environment NAME", nowhere)}.`;
  return new MigrateError("environment-refused", { message, next, data: { environment: environment ?? null, own } });
}
