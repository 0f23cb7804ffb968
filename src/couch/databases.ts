/**
 * Reads information about databases, many per request. Only inventory.ts uses it; all other code asks the inventory.
 */
import pLimit from "p-limit";
import pMap from "p-map";
import type { Couch } from "./couch.js";
import { gather } from "./gather.js";
import { path } from "./path.js";
import { patternTest } from "./pattern.js";
import { readIfAllowed } from "./read-if-allowed.js";
import {
  fromFirstToLast,
  matchingRevisions,
  type ShardMap,
  shardMapRevisions,
  shardMaps,
  worthAListing,
} from "./shard-maps.js";

export interface DatabaseInfo {
  readonly name: string;
  /** `instance_start_time`: since CouchDB 3.3, the time of creation in seconds; older versions always return `"0"`. */
  readonly incarnation: string;
  readonly documents: number;
  readonly deleted: number;
  readonly bytes: number;
  readonly q?: number;
  readonly n?: number;
  readonly partitioned: boolean;
}

export type Otherwise = (name: string, error: unknown) => string;

/** `GET /db`, and a row of `_dbs_info`. */
interface RawInfo {
  readonly instance_start_time?: string | number;
  readonly doc_count?: number;
  readonly doc_del_count?: number;
  readonly sizes?: { readonly active?: number };
  readonly data_size?: number;
  readonly cluster?: { readonly q?: number; readonly n?: number };
  readonly props?: { readonly partitioned?: boolean };
}

/**
 * CouchDB accepts a hundred names in one `_dbs_info`, and looks them up one after another: four concurrent requests
 * take half the time. While so many are in flight, further names are collected.
 */
const namesARequest = 25;
const requestsAtOnce = 4;
const side = 8;

export class Databases {
  readonly #couch: Couch;
  /** `_dbs_info` is missing (before 2.2) or forbidden (it needs a server admin): request each database separately. */
  #single = false;
  #epoch = -1;
  /** The shard maps as last read. */
  readonly #maps = new Map<string, ShardMap>();
  #recalled: ReadonlyMap<string, ShardMap> = new Map();
  /**
   * Whether shard maps can be read; `undefined`: not tried yet. Once a listing has been worthwhile, all later
   * requests use it.
   */
  #listing: boolean | undefined;
  #known = new Map<string, Promise<DatabaseInfo | undefined>>();
  readonly #limit = pLimit(requestsAtOnce);
  #waiting: Asked[] = [];
  /** Calls in the same tick are combined into one request. */
  readonly #gather = gather<Asked>((asked) => this.#answerAll(asked));

  constructor(couch: Couch) {
    this.#couch = couch;
  }

  /** The shard maps of an earlier run. If a revision is still the same, so is the incarnation. */
  recall(maps: ReadonlyMap<string, ShardMap>): void {
    this.#recalled = maps;
  }

  /** The shard map as last read in this run; `undefined`: not read. */
  shardMap(name: string): ShardMap | undefined {
    return this.#maps.get(name);
  }

  /** `undefined`: they can't be read. */
  shardMapRevisions(names: readonly string[]): Promise<ReadonlyMap<string, string> | undefined> {
    return shardMapRevisions(this.#couch, names);
  }

  /** Of all databases that match the pattern. `undefined`: they can't be read, or are many more than expected. */
  matchingRevisions(pattern: string, expected: number): Promise<ReadonlyMap<string, string> | undefined> {
    return matchingRevisions(this.#couch, pattern, expected);
  }

  /** Lists all databases, or those that match the pattern. A pattern never matches CouchDB's own databases (`_…`). */
  async list(pattern?: string): Promise<readonly string[]> {
    const { body } = await this.#couch.read<readonly string[]>(path`/_all_dbs`);
    return pattern === undefined ? body : body.filter(patternTest(pattern));
  }

  /**
   * Returns the incarnation for each name; `undefined`: the database does not exist. Sends one request in total, or
   * one per 25 names.
   *
   * @param otherwise returns the incarnation to use for a database that can't be read, or throws
   */
  async incarnations(
    names: readonly string[],
    otherwise: Otherwise = rethrow,
  ): Promise<Map<string, string | undefined>> {
    const listed = await this.#listed(names);
    const found = names.map(async (name) => {
      const incarnation = listed
        ? listed.get(name)
        : await this.info(name).then(
            (info) => info?.incarnation,
            (error: unknown) => otherwise(name, error),
          );
      return [name, incarnation] as const;
    });
    return new Map(await Promise.all(found));
  }

  /** The existing databases by name. `undefined`: there are too few names for a listing, or it can't be read. */
  async #listed(names: readonly string[]): Promise<ReadonlyMap<string, string> | undefined> {
    if (this.#listing === false || names.length < (this.#listing ? 1 : worthAListing)) return undefined;
    const maps = await shardMaps(this.#couch, names, this.#recalled);
    this.#listing = maps !== undefined;
    for (const [name, map] of maps ?? []) this.#maps.set(name, map);
    return maps && new Map([...maps].map(([name, { incarnation }]) => [name, incarnation]));
  }

  /** `undefined`: the database does not exist. */
  info(name: string): Promise<DatabaseInfo | undefined> {
    const { epoch } = this.#couch;
    if (epoch !== this.#epoch) this.#known = new Map();
    this.#epoch = epoch;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const answers = this.#known;
    const answer = this.#asked(name);
    answers.set(name, answer);
    answer.catch(() => answers.delete(name));
    return answer;
  }

  #asked(name: string): Promise<DatabaseInfo | undefined> {
    return new Promise((resolve, reject) => this.#gather({ name, resolve, reject }));
  }

  #answerAll(asked: readonly Asked[]): void {
    this.#waiting.push(...asked);
    for (let left = asked.length; left > 0; left -= namesARequest) {
      void this.#limit(() => this.#answer(this.#waiting.splice(0, namesARequest)));
    }
  }

  async #answer(asked: readonly Asked[]): Promise<void> {
    if (asked.length === 0) return;
    try {
      // A name may appear twice in a tick, if something was written in between.
      const names = [...new Set(asked.map(({ name }) => name))];
      const rows = this.#single ? undefined : await this.#ask(names);
      const absent = await this.#absent(names.filter((name) => !rows?.has(name)));
      await pMap(
        asked,
        async ({ name, resolve, reject }) => {
          const info = rows?.get(name);
          if (info) resolve(infoOf(name, info));
          else if (absent.has(name)) resolve(undefined);
          else await this.#one(name).then(resolve, reject);
        },
        { concurrency: side },
      );
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }

  async #ask(keys: readonly string[]): Promise<Map<string, RawInfo> | undefined> {
    const rows = await readIfAllowed<readonly Row[]>(this.#couch, path`/_dbs_info`, { body: { keys } });
    if (rows) return new Map(rows.flatMap(({ key, info }) => (info ? [[key, info] as const] : [])));
    this.#single = true;
    return undefined;
  }

  /**
   * Returns the names that a listing does not contain. A row of `_dbs_info` is not reliable: it says `not_found` for
   * any failure, including a node that is down. The listing has the same source as a 404 from `GET /db`: what the
   * node knows about all shards.
   */
  async #absent(names: readonly string[]): Promise<ReadonlySet<string>> {
    if (this.#single || names.length < worthAListing) return new Set();
    const query = fromFirstToLast(names);
    const listed = await readIfAllowed<readonly string[]>(this.#couch, path`/_all_dbs`, { query });
    if (!listed) return new Set();
    const there = new Set(listed);
    return new Set(names.filter((name) => !there.has(name)));
  }

  async #one(name: string): Promise<DatabaseInfo | undefined> {
    const { status, body } = await this.#couch.read<RawInfo>(path`/${name}`, { accept: [404] });
    return status === 404 ? undefined : infoOf(name, body);
  }
}

interface Asked {
  readonly name: string;
  resolve(info: DatabaseInfo | undefined): void;
  reject(error: unknown): void;
}

interface Row {
  readonly key: string;
  readonly info?: RawInfo;
}

function rethrow(_: string, error: unknown): never {
  throw error;
}

function infoOf(name: string, raw: RawInfo): DatabaseInfo {
  const { q, n } = raw.cluster ?? {};
  return {
    name,
    incarnation: String(raw.instance_start_time ?? "0"),
    documents: raw.doc_count ?? 0,
    deleted: raw.doc_del_count ?? 0,
    bytes: raw.sizes?.active ?? raw.data_size ?? 0,
    ...(q === undefined ? {} : { q }),
    ...(n === undefined ? {} : { n }),
    partitioned: raw.props?.partitioned ?? false,
  };
}
