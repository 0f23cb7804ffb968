/**
 * The only owner of what exists on the server: its databases, each with its incarnation, as last read, plus the
 * changes that the run has made since. A run has one inventory, which is kept with its `Couch`.
 */
import type { Couch } from "./couch.js";
import { type DatabaseInfo, Databases, type Otherwise } from "./databases.js";
import { isPattern, patternTest } from "./pattern.js";
import { sharedIn } from "./shared.js";
import { isAsStamped, type Stamp, shardMapsIn, stampOf } from "./stamp.js";

export type { DatabaseInfo } from "./databases.js";

/** Stands for an unknown incarnation. Older CouchDBs return it for every database. */
export const unknownIncarnation = "0";

/** Milliseconds. An incarnation is a time in whole seconds, so a shorter interval would gain nothing. */
const gathering = 500;

export class Inventory {
  readonly #couch: Couch;
  readonly #databases: Databases;
  #known = new Map<string, string>();
  /** Databases whose incarnation has not been read yet. */
  readonly #open = new Set<string>();
  readonly #gone = new Set<string>();
  #asking: Promise<void> | undefined;
  #soon: NodeJS.Timeout | undefined;

  constructor(couch: Couch) {
    this.#couch = couch;
    this.#databases = new Databases(couch);
  }

  /** Asks the server unless it is known since the last write. `undefined`: the database does not exist. */
  info(name: string): Promise<DatabaseInfo | undefined> {
    return this.#databases.info(name);
  }

  /**
   * Asks the server. Lists all databases, or those that match the pattern. A pattern never matches CouchDB's own
   * (`_…`).
   */
  list(pattern?: string): Promise<readonly string[]> {
    return this.#databases.list(pattern);
  }

  /** Asks the server. Returns the incarnation for each name; `undefined`: the database does not exist. */
  incarnations(names: readonly string[], otherwise?: Otherwise): Promise<ReadonlyMap<string, string | undefined>> {
    return this.#databases.incarnations(names, otherwise);
  }

  /** Whether it is certain that this run created the database, so that everything in it was written by the run. */
  madeHere(name: string): boolean {
    return this.#couch.made(name);
  }

  /**
   * Asks the server which of these databases exist. They are then the databases that are known to exist.
   *
   * @param named names and patterns
   * @param otherwise returns the incarnation to use for a database that can't be read, or throws
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

  /** The databases that are known to exist, each with its incarnation. */
  get existing(): ReadonlyMap<string, string> {
    return this.#known;
  }

  exists(name: string): boolean {
    return this.#known.has(name);
  }

  /** The database was added, and then turned out not to exist. */
  isGone(name: string): boolean {
    return this.#gone.has(name);
  }

  incarnation(name: string): string {
    return this.#known.get(name) ?? unknownIncarnation;
  }

  /**
   * The database was just created, or exists but has not been read. Its incarnation is read soon, so that it is the
   * one that the run works in. The caller does not wait: further databases are collected into the same request.
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

  /**
   * Resolves when everything that was added before the call is known. Takes at most two requests, even if more
   * databases are added in the meantime.
   */
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

  /**
   * A stamp with which a later run can check, in one request and one for each pattern, that these databases are
   * unchanged and that no other matches. `undefined`: that can't be checked.
   */
  stamp(named: readonly string[]): Stamp | undefined {
    return stampOf(this.#databases, named, this.#known);
  }

  /** What the stamp says need not be read from the server again if it has not changed. */
  recall(stamp: Stamp): void {
    this.#databases.recall(shardMapsIn(stamp));
  }

  /**
   * Asks the server. False: the databases have changed, or this can't be determined.
   *
   * @param ignored may have appeared although they match a pattern
   */
  isAsStamped(stamp: Stamp, ignored: ReadonlySet<string>): Promise<boolean> {
    return isAsStamped(this.#databases, stamp, ignored);
  }

  #schedule(): void {
    // A failure is ignored here: code that needs the answer asks again.
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

/** Without the databases that do not exist. */
export function existingOf(found: ReadonlyMap<string, string | undefined>): Map<string, string> {
  return new Map([...found].flatMap(([name, incarnation]) => (incarnation === undefined ? [] : [[name, incarnation]])));
}
