/**
 * Writes the ledger while a run goes on: at growing intervals, so that its cost is linear in the number of steps, and
 * at once for one-time steps. What a crash leaves unrecorded is looked at by the next run and adopted. Nothing is
 * recorded before the files are noted.
 */
import { entryOf } from "../ledger/entry-of.js";
import type { Entry, Fingerprint, Ledger, StoredLedger } from "../ledger/ledger.js";
import { writeLedger } from "../ledger/store.js";
import type { Run } from "./session.js";

/** Fewer are not worth a write before the end: to look at them again costs about as much. */
const fewest = 25;

/** After how many steps the ledger is written: at the end, at half of it, at half of that, … Pure. */
export function milestones(steps: number): number[] {
  const found: number[] = [];
  for (let count = Math.ceil(steps / 2); count >= fewest; count = Math.ceil(count / 2)) found.unshift(count);
  return found;
}

/** `undefined`: what the step was to make turned out not to be there, so that nothing is recorded. */
type MakeEntry = () => Entry | undefined;

export class Recorder {
  readonly #run: Run;
  readonly #noted: () => Promise<StoredLedger | undefined>;
  readonly #ready: () => Promise<void>;
  readonly #milestones: number[];
  #stored: StoredLedger | undefined;
  /** Of this run, as they are written. */
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
   * @param noted the ledger to go on from; called before anything is written to it
   * @param steps how many are expected to be recorded
   * @param ready resolves when the entries recorded so far can be made
   */
  constructor(run: Run, noted: () => Promise<StoredLedger | undefined>, steps: number, ready: () => Promise<void>) {
    this.#run = run;
    this.#noted = noted;
    this.#ready = ready;
    this.#milestones = milestones(steps);
  }

  /** Has the files noted. */
  begin(): Promise<void> {
    this.#begun ??= this.#noted().then((stored) => {
      this.#stored = stored;
      this.#fingerprint = stored?.ledger.fingerprint;
      this.#nodes = stored?.ledger.nodes;
    });
    return this.#begun;
  }

  /** As it is in the ledger; for those who make an entry. */
  entry(id: string): Entry | undefined {
    return entryOf(this.#stored?.ledger, id);
  }

  /** The step is done. Resolves when it may be relied on: at once, or, with `now`, when the ledger is written. */
  async record(id: string, entry: MakeEntry, now: boolean): Promise<void> {
    this.#open.set(id, entry);
    this.#recorded += 1;
    const count = this.#recorded;
    const [next = Number.POSITIVE_INFINITY] = this.#milestones;
    if (count >= next) this.#milestones.shift();
    // Steps go on while the ledger is written: the next write then covers several milestones.
    if (now) await this.flush();
    else if (count >= next) await this.#inTurn(async () => (this.#written < count ? this.#write() : undefined));
  }

  /** As it was last written; `undefined`: there is none, or nothing is noted. */
  get stored(): StoredLedger | undefined {
    return this.#stored;
  }

  /** How many of those that were recorded. */
  get #written(): number {
    return this.#recorded - this.#open.size;
  }

  /** There is something to be written. */
  get isBehind(): boolean {
    return this.#open.size > 0 || this.#changed;
  }

  /** To be set once it has begun. */
  set nodes(nodes: readonly string[] | undefined) {
    if (JSON.stringify(nodes) === JSON.stringify(this.#nodes)) return;
    this.#nodes = nodes;
    this.#changed = true;
  }

  /** All steps hold with the secrets that were noted; it has begun. */
  secretsHold(proven: (noted: Fingerprint) => Fingerprint): void {
    if (!this.#fingerprint?.pending) return;
    this.#fingerprint = proven(this.#fingerprint);
    this.#changed = true;
  }

  /** Writes what is not written yet. One write at a time. */
  async flush(): Promise<void> {
    await this.#inTurn(() => this.#write());
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#writing.catch(() => {}).then(work);
    this.#writing = done;
    await done;
  }

  /** As it is, or will be, written: what is stored may hold more, and newer, than what was read at first. */
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
