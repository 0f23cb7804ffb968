/**
 * A lease that allows no writes once a newer version of the files is noted: for a part, and for `stage`. The set's
 * lease is free while they work, so another version can be noted at any time.
 */
import { MigrateError } from "../contract/errors.js";
import type { OlderFiles } from "../contract/results.js";
import { type Guard, LeaseWithTask } from "../couch/guard.js";
import { readLedger, readLedgerRevision } from "../ledger/store.js";
import { notAppliedText } from "../text/not-applied.js";
import { assessFiles, refusalOf } from "./assess-files.js";
import type { Run } from "./session.js";

export class NotOlder extends LeaseWithTask {
  readonly #run: Run;
  /** The ledger's revision at which the files were not older. */
  #seen: string | undefined;
  #failure: MigrateError | undefined;

  constructor(run: Run, lease: Guard) {
    super(lease);
    this.#run = run;
  }

  /**
   * The error `older-files`, `environment-refused` or `release-refused`: no more writes are allowed. `undefined`: as
   * far as is known, the files are not older.
   */
  get failure(): MigrateError | undefined {
    return this.#failure;
  }

  /** Runs before every write: one small request, unless the ledger was written. Throws `failure`. */
  async begin(): Promise<void> {
    const { couch, place } = this.#run;
    const now = await readLedgerRevision(couch, place);
    if (now === undefined || now !== this.#seen) {
      const stored = await readLedger(couch, place);
      const files = await assessFiles(this.#run, stored?.ledger, couch.login);
      this.#failure = files.older ? olderFailure(files.older) : refusalOf(files, stored?.ledger, place);
      this.#seen = stored?.rev;
    }
    if (this.#failure) throw this.#failure;
  }
}

/** The error `older-files`. */
export function olderFailure({ reason, next }: OlderFiles): MigrateError {
  return new MigrateError("older-files", { message: notAppliedText(reason), next });
}
