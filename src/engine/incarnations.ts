/** The databases that exist, each with its incarnation: those seen, and those that a run makes. */
import type { Couch } from "../couch/couch.js";
import { incarnations } from "../couch/databases.js";

/** Stands for one that is not known yet, or can't be: older CouchDBs say this of every database. */
const unknown = "0";

export class Incarnations {
  readonly #couch: Couch;
  readonly #known: Map<string, string>;
  readonly #open = new Set<string>();
  #asking: Promise<void> | undefined;

  constructor(couch: Couch, seen: ReadonlyMap<string, string>) {
    this.#couch = couch;
    this.#known = new Map(seen);
  }

  get names(): ReadonlyMap<string, string> {
    return this.#known;
  }

  has(database: string): boolean {
    return this.#known.has(database);
  }

  of(database: string): string {
    return this.#known.get(database) ?? unknown;
  }

  /**
   * The database was just made, or is there unseen. Its incarnation is asked for at once, so that it is the one that
   * the run works in, but nobody waits for it: while one question is under way, the next ones gather.
   */
  add(database: string): void {
    if (this.#known.has(database)) return;
    this.#known.set(database, unknown);
    this.#open.add(database);
    // Whoever needs the answer asks again.
    this.settled().catch(() => {});
  }

  remove(database: string): void {
    this.#known.delete(database);
    this.#open.delete(database);
  }

  /** Resolves when all that was added so far is known. */
  settled(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<void> {
    while (this.#open.size > 0) {
      const found = await incarnations(this.#couch, [...this.#open]);
      for (const [database, incarnation] of found) {
        if (!this.#open.delete(database)) continue;
        if (incarnation === undefined) this.#known.delete(database);
        else this.#known.set(database, incarnation);
      }
    }
  }
}
