/**
 * Writes the ledger while a run goes on: at growing intervals, so that its cost is linear in the number of steps, and
 * at once for one-time steps. What a crash leaves unrecorded is looked at by the next run and adopted.
 */
import type { Entry, Fingerprint, Ledger, StoredLedger } from "../ledger/ledger.js";
import { writeLedger } from "../ledger/store.js";
import type { Run } from "./run.js";

export class Recorder {
  readonly #run: Run;
  #stored: StoredLedger | undefined;
  /** Of this run. */
  readonly #entries: Record<string, Entry> = {};
  #fingerprint: Fingerprint | undefined;
  #nodes: readonly string[] | undefined;
  #unwritten = 0;
  #written = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(run: Run, stored: StoredLedger | undefined) {
    this.#run = run;
    this.#stored = stored;
    this.#fingerprint = stored?.ledger.fingerprint;
    this.#nodes = stored?.ledger.nodes;
  }

  entry(id: string): Entry | undefined {
    const stored = this.#stored?.ledger.entries ?? {};
    const entries = Object.hasOwn(this.#entries, id) ? this.#entries : stored;
    return Object.hasOwn(entries, id) ? entries[id] : undefined;
  }

  /** The step is done. Resolves when it may be relied on: at once, or, with `now`, when the ledger is written. */
  async record(id: string, entry: Entry, now: boolean): Promise<void> {
    this.#entries[id] = entry;
    this.#unwritten += 1;
    if (now || this.#unwritten > this.#written) await this.flush();
  }

  set nodes(nodes: readonly string[] | undefined) {
    if (JSON.stringify(nodes) === JSON.stringify(this.#nodes)) return;
    this.#nodes = nodes;
    this.#unwritten += 1;
  }

  set fingerprint(fingerprint: Fingerprint | undefined) {
    this.#fingerprint = fingerprint;
    this.#unwritten += 1;
  }

  /** Writes what is not written yet. One write at a time. */
  async flush(): Promise<void> {
    const before = this.#writing;
    const write = before.catch(() => {}).then(() => this.#write());
    this.#writing = write;
    await write;
  }

  /** What is stored may hold more, and newer, than what was read at first. */
  #merged(): Record<string, Entry> {
    return { ...this.#stored?.ledger.entries, ...this.#entries };
  }

  async #write(): Promise<void> {
    if (this.#unwritten === 0) return;
    const count = this.#unwritten;
    const ledger: Ledger = {
      formatVersion: 1,
      set: this.#run.place.set,
      entries: this.#merged(),
      ...(this.#fingerprint ? { fingerprint: this.#fingerprint } : {}),
      ...(this.#nodes ? { nodes: this.#nodes } : {}),
    };
    this.#stored = await writeLedger(this.#run.couch, this.#run.place, this.#stored, ledger);
    this.#unwritten -= count;
    this.#written += count;
  }
}
