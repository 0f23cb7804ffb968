/**
 * Writes the ledger during a run: at increasing intervals, so that its cost is linear in the number of steps, and
 * immediately for one-time steps. After a crash, the next run adopts what was not recorded. Nothing is recorded
 * before the files are noted.
 */
import { entryOf } from "../ledger/entry-of.js";
import type { Entry, Fingerprint, Ledger, StoredLedger } from "../ledger/ledger.js";
import { writeLedger } from "../ledger/store.js";
import type { Run } from "./session.js";

/** With fewer steps, a write before the end is not worthwhile: examining the steps again costs about as much. */
const minSteps = 25;

/** After how many steps the ledger is written: at the end, at half of it, at half of that, … Pure. */
export function milestones(steps: number): number[] {
  const found: number[] = [];
  for (let count = Math.ceil(steps / 2); count >= minSteps; count = Math.ceil(count / 2)) found.unshift(count);
  return found;
}

/** `undefined`: what the step should have created does not exist, so nothing is recorded. */
type MakeEntry = () => Entry | undefined;

export class Recorder {
  readonly #run: Run;
  readonly #noted: () => Promise<StoredLedger | undefined>;
  readonly #ready: () => Promise<void>;
  readonly #milestones: number[];
  #stored: StoredLedger | undefined;
  /** The entries of this run, as they will be written. */
  readonly #entries: Record<string, Entry> = {};
  /** Not written yet. */
  #open = new Map<string, MakeEntry>();
  #recorded = 0;
  #fingerprint: Fingerprint | undefined;
  #nodes: readonly string[] | undefined;
  #changed = false;
  #begun: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();

  /**
   * @param noted returns the ledger to continue from; called before anything is written to it
   * @param steps the expected number of recorded steps
   * @param ready resolves when the entries recorded so far can be created
   */
  constructor(run: Run, noted: () => Promise<StoredLedger | undefined>, steps: number, ready: () => Promise<void>) {
    this.#run = run;
    this.#noted = noted;
    this.#ready = ready;
    this.#milestones = milestones(steps);
  }

  /** Makes sure that the files are noted. */
  begin(): Promise<void> {
    this.#begun ??= this.#noted().then((stored) => {
      this.#stored = stored;
      this.#fingerprint = stored?.ledger.fingerprint;
      this.#nodes = stored?.ledger.nodes;
    });
    return this.#begun;
  }

  /** The step's entry in the ledger, from which the next one is derived. */
  entry(id: string): Entry | undefined {
    return entryOf(this.#stored?.ledger, id);
  }

  /** Records that the step is done. Resolves immediately, or, with `now`, once the ledger is written. */
  async record(id: string, entry: MakeEntry, now: boolean): Promise<void> {
    this.#open.set(id, entry);
    this.#recorded += 1;
    const count = this.#recorded;
    const [next = Number.POSITIVE_INFINITY] = this.#milestones;
    if (count >= next) this.#milestones.shift();
    // Steps continue while the ledger is written, so the next write may cover several milestones.
    if (now) await this.flush();
    else if (count >= next) await this.#inTurn(async () => (this.#written < count ? this.#write() : undefined));
  }

  /** The ledger as last written. `undefined`: there is none, or nothing is noted. */
  get stored(): StoredLedger | undefined {
    return this.#stored;
  }

  /** How many of the recorded steps are written. */
  get #written(): number {
    return this.#recorded - this.#open.size;
  }

  /** Some recorded steps are not written yet. */
  get isBehind(): boolean {
    return this.#open.size > 0 || this.#changed;
  }

  /** Set this after `begin`. */
  set nodes(nodes: readonly string[] | undefined) {
    if (JSON.stringify(nodes) === JSON.stringify(this.#nodes)) return;
    this.#nodes = nodes;
    this.#changed = true;
  }

  /** All steps hold with the noted secrets. Call this after `begin`. */
  secretsHold(proven: (noted: Fingerprint) => Fingerprint): void {
    if (!this.#fingerprint?.pending) return;
    this.#fingerprint = proven(this.#fingerprint);
    this.#changed = true;
  }

  /** Writes what is not written yet. Only one write runs at a time. */
  async flush(): Promise<void> {
    await this.#inTurn(() => this.#write());
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#writing.catch(() => {}).then(work);
    this.#writing = done;
    await done;
  }

  /** The ledger to write: the stored one may have more and newer entries than the one that was read first. */
  #ledger(): Ledger {
    return {
      ...this.#stored?.ledger,
      formatVersion: 1,
      set: this.#run.place.set,
      entries: { ...this.#stored?.ledger.entries, ...this.#entries },
      ...(this.#fingerprint ? { fingerprint: this.#fingerprint } : {}),
      ...(this.#nodes ? { nodes: this.#nodes } : {}),
    };
  }

  async #write(): Promise<void> {
    if (!this.isBehind) return;
    await this.begin();
    const open = [...this.#open];
    await this.#ready();
    for (const [id, makeEntry] of open) {
      const entry = makeEntry();
      if (entry) this.#entries[id] = entry;
    }
    const ledger = this.#ledger();
    const changed = this.#changed;
    this.#changed = false;
    const { couch, place } = this.#run;
    try {
      this.#stored = await writeLedger(couch, place, this.#stored, ledger);
    } catch (error) {
      this.#changed ||= changed;
      throw error;
    }
    for (const [id] of open) this.#open.delete(id);
  }
}
