/** Asks for databases, many at a time. For inventory.ts alone, which everybody else asks. */
import pMap from "p-map";
import type { Couch } from "./couch.js";
import { gather } from "./gather.js";
import { path } from "./path.js";
import { patternTest } from "./pattern.js";
import { fromFirstToLast, type ShardMap, shardMapRevisions, shardMaps, worthAListing } from "./shard-maps.js";

export interface DatabaseInfo {
  readonly name: string;
  /** `instance_start_time`: from CouchDB 3.3 the second of its creation; `"0"` from older ones, which can't tell. */
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
 * CouchDB takes a hundred in one `_dbs_info`, and asks for one after the other: four requests at once have the answer
 * in half the time.
 */
const namesARequest = 25;
const side = 8;

export class Databases {
  readonly #couch: Couch;
  /** `_dbs_info` is absent (before 2.2) or forbidden (it wants a server admin): ask for each database. */
  #single = false;
  #epoch = -1;
  /** As they were last seen. */
  readonly #maps = new Map<string, ShardMap>();
  /** Whether they can be had; `undefined`: nobody has asked. Once it is worth it, all that follows goes this way. */
  #listing: boolean | undefined;
  #known = new Map<string, Promise<DatabaseInfo | undefined>>();
  /** The calls of one tick go into one request. */
  readonly #gather = gather<Asked>((asked) => this.#answerAll(asked));

  constructor(couch: Couch) {
    this.#couch = couch;
  }

  /** As it was last seen in this run; `undefined`: it was not. */
  shardMap(name: string): ShardMap | undefined {
    return this.#maps.get(name);
  }

  /** `undefined`: they can't be had. */
  shardMapRevisions(names: readonly string[]): Promise<ReadonlyMap<string, string> | undefined> {
    return shardMapRevisions(this.#couch, names);
  }

  /** All databases; with a pattern, those that it matches, which CouchDB's own (`_…`) never are. */
  async list(pattern?: string): Promise<readonly string[]> {
    const { body } = await this.#couch.read<readonly string[]>(path`/_all_dbs`);
    return pattern === undefined ? body : body.filter(patternTest(pattern));
  }

  /**
   * For each name its incarnation; `undefined`: it does not exist. One request for all of them, or for each 25.
   *
   * @param otherwise what is taken for the incarnation of one that can't be read; or it throws
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

  /** By name, of those that exist. `undefined`: they are too few for a listing, or it can't be had. */
  async #listed(names: readonly string[]): Promise<ReadonlyMap<string, string> | undefined> {
    if (this.#listing === false || names.length < (this.#listing ? 1 : worthAListing)) return undefined;
    const maps = await shardMaps(this.#couch, names);
    this.#listing = maps !== undefined;
    for (const [name, map] of maps ?? []) this.#maps.set(name, map);
    return maps && new Map([...maps].map(([name, { incarnation }]) => [name, incarnation]));
  }

  /** `undefined`: it does not exist. */
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
    for (let i = 0; i < asked.length; i += namesARequest) void this.#answer(asked.slice(i, i + namesARequest));
  }

  async #answer(asked: readonly Asked[]): Promise<void> {
    try {
      // One may be asked for twice in a tick, where something was written in between.
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
    const accept = [400, 401, 403, 404, 405];
    const { status, body } = await this.#couch.read<readonly Row[]>(path`/_dbs_info`, { body: { keys }, accept });
    if (status === 200) return new Map(body.flatMap(({ key, info }) => (info ? [[key, info] as const] : [])));
    this.#single = true;
    return undefined;
  }

  /**
   * Those that are not there, as far as a list tells. A row of `_dbs_info` does not: any failure is `not_found` in it,
   * also a node that is down. The list comes from where `GET /db` has its 404 from: what the node knows of all shards.
   */
  async #absent(names: readonly string[]): Promise<ReadonlySet<string>> {
    if (this.#single || names.length < worthAListing) return new Set();
    const query = fromFirstToLast(names);
    const { status, body } = await this.#couch.read<unknown>(path`/_all_dbs`, { query, accept: [401, 403] });
    if (status !== 200 || !Array.isArray(body)) return new Set();
    const there = new Set(body);
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
