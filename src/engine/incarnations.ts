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
  readonly #gone = new Set<string>();
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

  /** It was added, and then was not there. */
  isGone(database: string): boolean {
    return this.#gone.has(database);
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
    this.#gone.delete(database);
    this.#known.set(database, unknown);
    this.#open.add(database);
    this.#schedule();
  }

  remove(database: string): void {
    this.#known.delete(database);
    this.#open.delete(database);
  }

  /** Resolves when all that was added so far is known: with at most two questions, whatever is added meanwhile. */
  async settled(): Promise<void> {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const wanted = [...this.#open];
    while (wanted.some((database) => this.#open.has(database))) {
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = undefined;
      });
      await this.#asking;
    }
    if (this.#open.size > 0) this.#schedule();
  }

  #schedule(): void {
    // Whoever needs the answer asks again.
    this.#soon ??= setTimeout(() => this.settled().catch(() => {}), gathering).unref();
  }

  async #ask(): Promise<void> {
    const found = await incarnations(this.#couch, [...this.#open]);
    for (const [database, incarnation] of found) {
      if (!this.#open.delete(database)) continue;
      if (incarnation === undefined) {
        this.#known.delete(database);
        this.#gone.add(database);
      } else this.#known.set(database, incarnation);
    }
  }
}
