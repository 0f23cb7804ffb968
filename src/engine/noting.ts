/**
 * Notes in the ledger, before the first write, that these files are the newest, and moves the entries and markers of
 * renamed steps. It waits for the first write: a run that fails before then leaves no trace, so the applied files do
 * not become older.
 */
import { type MigrateError, toMigrateError } from "../contract/errors.js";
import { LeaseWithTask } from "../couch/guard.js";
import { carryOver } from "../kinds/traits.js";
import type { Lease } from "../ledger/lease.js";
import type { StoredLedger } from "../ledger/ledger.js";
import { writeLedger } from "../ledger/store.js";
import type { Assessment } from "./assess.js";
import { ledgerToNote } from "./assess-files.js";
import { contextOf } from "./examine.js";
import { warn } from "./outcome.js";
import { type Run, runUnder } from "./session.js";

/** The set's lease, which notes the files before the first write under it. */
export class Noting extends LeaseWithTask {
  readonly #run: Run;
  readonly #seen: Assessment;
  readonly #lease: Lease;
  #stored: Promise<StoredLedger | undefined> | undefined;
  #failure: MigrateError | undefined;

  constructor(run: Run, seen: Assessment, lease: Lease) {
    super(lease);
    this.#run = run;
    this.#seen = seen;
    this.#lease = lease;
  }

  /** Notes the files, once, and returns the ledger as it is stored then. */
  noted(): Promise<StoredLedger | undefined> {
    this.#stored ??= this.#note().catch((thrown: unknown) => {
      this.#failure = toMigrateError(thrown);
      throw this.#failure;
    });
    return this.#stored;
  }

  /** Why the files could not be noted. Nothing is written then. */
  get failure(): MigrateError | undefined {
    return this.#failure;
  }

  async begin(): Promise<void> {
    await this.noted();
  }

  override assertHeld(): void {
    super.assertHeld();
    if (this.#failure) throw this.#failure;
  }

  async #note(): Promise<StoredLedger | undefined> {
    const { files, stored, existing } = this.#seen;
    if (!files.toNote) return stored;
    const held = runUnder(this.#run, this.#lease);
    await carryMarkers(held, { files, existing });
    const { couch, place } = held;
    const renamed = [...files.renamed.renames.values()];
    const noted = await writeLedger(couch, place, stored, await ledgerToNote(files, held), { renamed });
    if (files.standing.is === "newer" && files.standing.reverts) {
      warn(this.#run, { code: "reverted", message: revertedMessage });
    }
    return noted;
  }
}

/**
 * Called before the ledger is written: after a kill, the next run finds the entries under their former ids, and
 * continues.
 */
async function carryMarkers(run: Run, { files, existing }: Pick<Assessment, "files" | "existing">): Promise<void> {
  const { renames, ledger } = files.renamed;
  for (const step of run.steps) {
    const from = renames.get(step.id);
    if (from === undefined) continue;
    const renamed = { ...step, desired: step.desired, formerly: [from] };
    for (const database of Object.keys(ledger?.entries[step.id]?.databases ?? {})) {
      if (existing.has(database)) await carryOver(step, contextOf(run, renamed, { database }));
    }
  }
}

const revertedMessage =
  "--allow-revert is set: these older files are now the newest, and the files that were applied before are older";
