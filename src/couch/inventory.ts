/**
 * The only owner of what exists on the server: its databases, each with its incarnation, as they were looked at last and
 * as the run has changed them since. A run has one, which lies with its `Couch`.
 */
import type { Couch } from "./couch.js";
import { type DatabaseInfo, Databases, type Otherwise } from "./databases.js";
import { isPattern, patternTest } from "./pattern.js";
import { sharedIn } from "./shared.js";
import { isAsStamped, type Stamp, stampOf } from "./stamp.js";

export type { DatabaseInfo } from "./databases.js";

/** Stands for an incarnation that is not known yet, or can't be: older CouchDBs say this of every database. */
export const unknownIncarnation = "0";

/** Milliseconds. An incarnation is a second, so that it can't tell more finely. */
const gathering = 500;

export class Inventory {
  readonly #couch: Couch;
  readonly #databases: Databases;
  #known = new Map<string, string>();
  /** Those whose incarnation is still to be asked for. */
  readonly #open = new Set<string>();
  readonly #gone = new Set<string>();
  #asking: Promise<void> | undefined;
  #soon: NodeJS.Timeout | undefined;

  constructor(couch: Couch) {
    this.#couch = couch;
    this.#databases = new Databases(couch);
  }

  /** Asks the server, where nobody has since the last write. `undefined`: it does not exist. */
  info(name: string): Promise<DatabaseInfo | undefined> {
    return this.#databases.info(name);
  }

  /** Asks the server. All databases; with a pattern, those that it matches, which CouchDB's own (`_…`) never are. */
  list(pattern?: string): Promise<readonly string[]> {
    return this.#databases.list(pattern);
  }

  /** Asks the server. For each name its incarnation; `undefined`: it does not exist. */
  incarnations(names: readonly string[], otherwise?: Otherwise): Promise<ReadonlyMap<string, string | undefined>> {
    return this.#databases.incarnations(names, otherwise);
  }

  /** Whether this run has made it, without a doubt: what is in it, the run itself has written. */
  madeHere(name: string): boolean {
    return this.#couch.made(name);
  }

  /**
   * Asks the server which of these databases exist. From now on they are what is known to exist.
   *
   * @param named names and patterns
   * @param otherwise what is taken for the incarnation of one that can't be read; or it throws
   */
  async look(named: readonly string[], otherwise?: Otherwise): Promise<ReadonlyMap<string, string>> {
    const patterns = named.filter(isPattern).map(patternTest);
    const names = new Set(named.filter((name) => !isPattern(name)));
    const all = patterns.length > 0 ? await this.list() : [];
    for (const name of all) if (patterns.some((matches) => matches(name))) names.add(name);
    const found = existingOf(await this.incarnations([...names], otherwise));
    this.#known = new Map(found);
    this.#open.clear();
    this.#gone.clear();
    return found;
  }

  /** Those that are known to exist, each with its incarnation. */
  get existing(): ReadonlyMap<string, string> {
    return this.#known;
  }

  exists(name: string): boolean {
    return this.#known.has(name);
  }

  /** It was added, and then was not there. */
  isGone(name: string): boolean {
    return this.#gone.has(name);
  }

  incarnation(name: string): string {
    return this.#known.get(name) ?? unknownIncarnation;
  }

  /**
   * The database was just made, or is there unseen. Its incarnation is asked for soon, so that it is the one that the
   * run works in, but nobody waits for it: the next ones gather meanwhile.
   */
  add(name: string): void {
    if (this.#known.has(name)) return;
    this.#gone.delete(name);
    this.#known.set(name, unknownIncarnation);
    this.#open.add(name);
    this.#schedule();
  }

  remove(name: string): void {
    this.#known.delete(name);
    this.#open.delete(name);
  }

  /** Resolves when all that was added so far is known: with at most two questions, whatever is added meanwhile. */
  async settled(): Promise<void> {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const wanted = [...this.#open];
    while (wanted.some((name) => this.#open.has(name))) {
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = undefined;
      });
      await this.#asking;
    }
    if (this.#open.size > 0) this.#schedule();
  }

  /** For a later run, to see at one look whether these are still as they are known to be. */
  stamp(names: readonly string[]): Stamp {
    return stampOf(this.#databases, names, this.#known);
  }

  /** Asks the server. False: they have changed, or that is not known. */
  isAsStamped(stamp: Stamp): Promise<boolean> {
    return isAsStamped(this.#databases, stamp);
  }

  #schedule(): void {
    // Whoever needs the answer asks again.
    this.#soon ??= setTimeout(() => this.settled().catch(() => {}), gathering).unref();
  }

  async #ask(): Promise<void> {
    for (const [name, incarnation] of await this.incarnations([...this.#open])) {
      if (!this.#open.delete(name)) continue;
      if (incarnation === undefined) {
        this.#known.delete(name);
        this.#gone.add(name);
      } else this.#known.set(name, incarnation);
    }
  }
}

export function inventoryOf(couch: Couch): Inventory {
  return sharedIn(couch, newInventory);
}

function newInventory(server: Couch): Inventory {
  return new Inventory(server);
}

/** Without those that do not exist. */
export function existingOf(found: ReadonlyMap<string, string | undefined>): Map<string, string> {
  return new Map([...found].flatMap(([name, incarnation]) => (incarnation === undefined ? [] : [[name, incarnation]])));
}
