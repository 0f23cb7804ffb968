/**
 * What a run writes before anything else: that these files are the newest, and what renamed steps take with them. It is
 * noted when there is something to write, and not earlier: a run that fails before its first write leaves no trace, so
 * that the files that are applied do not become older.
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

/** The set's lease, under which nothing is written before the files are noted. */
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

  /** The ledger as it is stored once the files are noted, whoever asks first. */
  noted(): Promise<StoredLedger | undefined> {
    this.#stored ??= this.#note().catch((thrown: unknown) => {
      this.#failure = toMigrateError(thrown);
      throw this.#failure;
    });
    return this.#stored;
  }

  /** Why they could not be noted: nothing is written then. */
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

/** Before the ledger: whoever is killed in between finds the entries under their former ids, and carries on. */
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
