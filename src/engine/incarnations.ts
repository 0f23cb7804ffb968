/** The databases that exist, each with its incarnation: those seen, and those that a run makes. */
import type { Couch } from "../couch/couch.js";
import { incarnations } from "../couch/databases.js";

/** Stands for one that is not known yet, or can't be: older CouchDBs say this of every database. */
const unknown = "0";

/** Milliseconds. An incarnation is a second, so that it can't tell more finely. */
const gathering = 500;

export class Incarnations {
  readonly #couch: Couch;
  readonly #known: Map<string, string>;
  readonly #open = new Set<string>();
  #asking: Promise<void> | undefined;
  #soon: NodeJS.Timeout | undefined;

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
   * The database was just made, or is there unseen. Its incarnation is asked for soon, so that it is the one that the
   * run works in, but nobody waits for it: the next ones gather meanwhile.
   */
  add(database: string): void {
    if (this.#known.has(database)) return;
    this.#known.set(database, unknown);
    this.#open.add(database);
    // Whoever needs the answer asks again.
    this.#soon ??= setTimeout(() => this.settled().catch(() => {}), gathering).unref();
  }

  remove(database: string): void {
    this.#known.delete(database);
    this.#open.delete(database);
  }

  /** Resolves when all that was added so far is known. */
  settled(): Promise<void> {
    clearTimeout(this.#soon);
    this.#soon = undefined;
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
