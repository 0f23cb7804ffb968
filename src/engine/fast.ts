/**
 * The fast path: ends a run with nothing to do after three requests, without parsing a file. Nothing else depends on
 * it: if you delete the folder fast-path/ and the line below that names it, each run is slower, but just as correct.
 */
import type { FilesScope } from "../contract/options.js";
import type { StoredLedger } from "../ledger/ledger.js";
import type { ConnectedOptions, FirstResult, Reading } from "./open-server.js";
import type { Run } from "./session.js";

export interface FastPath {
  /** The first requests of a run that most likely has nothing to do, before the migration files are parsed. */
  firstLook(path: string, scope: FilesScope, options: ConnectedOptions): Promise<FirstResult>;
  /** The first requests of a run that compares every step with the server, and what to read while files are parsed. */
  startReading(options: ConnectedOptions): Promise<Reading>;
  /** What a run leaves in the lease for the next one; `undefined`: something may be left to do. */
  takeSnapshot(run: Run, stored: StoredLedger): Promise<object | undefined>;
}

export const fast: { readonly path?: () => Promise<FastPath> } = {
  path: () => import("./fast-path/index.js"),
};
