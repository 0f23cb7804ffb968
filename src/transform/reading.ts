/** Reads documents for a transformation: pages in the order of ids, single documents again, and histories. */
import pMap from "p-map";
import { MigrateError } from "../contract/errors.js";
import type { Couch } from "../couch/couch.js";
import { isOfDeepAnswer } from "../couch/nesting.js";
import { path } from "../couch/path.js";
import { isObject, type JsonObject } from "../text/json.js";
import { lossyNumbers } from "../text/json-scan.js";
import type { Read } from "./edit.js";
import type { Leaf } from "./fate.js";

export type Selector = JsonObject;

/** The number of concurrent requests for single documents. */
const maxConcurrentReads = 4;

/** Ids above `after` and up to `upTo`; both may be absent. In CouchDB's order of ids, which is by bytes. */
export interface IdRange {
  readonly after: string | undefined;
  readonly upTo: string | undefined;
}

const everything: IdRange = { after: undefined, upTo: undefined };

export interface Page {
  /** The matching documents. */
  readonly found: readonly Read[];
  /** How many documents were checked. */
  readonly looked: number;
  /** The size of the response. */
  readonly bytes: number;
  /** The last id that was checked; `undefined`: there was none. */
  readonly end: string | undefined;
  readonly more: boolean;
}

/** A transformation does not touch design documents. */
export function isDesign(id: string): boolean {
  return id.startsWith("_design/");
}

export function compareIds(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function isWithin({ after, upTo }: IdRange, id: string): boolean {
  return (after === undefined || compareIds(id, after) > 0) && (upTo === undefined || compareIds(id, upTo) <= 0);
}

interface Answer<Body> {
  readonly body: Body;
  readonly bytes: number;
  readonly suspect: boolean;
}

export class Reader {
  readonly #couch: Couch;
  readonly #database: string;
  readonly #selector: Selector | undefined;
  readonly #range: IdRange;

  /** @param range pages only contain documents in this range */
  constructor(couch: Couch, database: string, selector: Selector | undefined, range = everything) {
    this.#couch = couch;
    this.#database = database;
    this.#selector = selector;
    this.#range = range;
  }

  /** Reads the next documents after this id, `size` or one more, in the order of ids. */
  async page(place: string | undefined, size: number): Promise<Page> {
    const after = place ?? this.#range.after;
    if (this.#selector) return this.#window(after, size, this.#selector);
    const query = { include_docs: true, conflicts: true, limit: size + 1, ...this.#keys(after) };
    const { body, bytes, suspect } = await this.#read<AllDocs>("_all_docs", { query });
    const rows = body.rows.filter(({ id }) => id !== after).slice(0, size);
    const found = rows.flatMap(({ id, doc }) => (doc && !isDesign(id) ? [readOf(doc, suspect)] : []));
    return { found, looked: rows.length, bytes, end: rows.at(-1)?.id, more: rows.length === size };
  }

  /** How many of the next documents match. */
  async count(
    after: string | undefined,
    size: number,
  ): Promise<{ readonly count: number; readonly end: string | undefined }> {
    const { found, end, more } = await this.#window(after, size, this.#selector ?? {}, ["_id"]);
    return { count: found.length, end: more ? end : undefined };
  }

  /**
   * A range of ids is only requested from `_all_docs`. Mango might use an index with `_id` among its fields, which
   * has another order: documents within the range by bytes, but not in that order, would silently be missing. If such
   * an index exists, each document is requested separately.
   */
  async #window(
    after: string | undefined,
    size: number,
    selector: Selector,
    fields?: readonly string[],
  ): Promise<Page> {
    const { body } = await this.#read<AllDocs>("_all_docs", { query: { ...this.#keys(after), limit: size + 1 } });
    const ids = body.rows.map(({ id }) => id).filter((id) => id !== after);
    const [end, more] = [ids.at(-1), body.rows.length > size];
    const page = (found: readonly Read[], bytes: number) => ({ found, looked: ids.length, bytes, end, more });
    if (end === undefined) return page([], 0);
    const query = { selector: within({ after, upTo: end }, selector), limit: 2 * size + 1_000 };
    if (!(await this.#readsAllDocs(query))) {
      const found = await this.#each(
        ids.filter((id) => !isDesign(id)),
        selector,
      );
      return page(found, found.length * 1_000);
    }
    const answer = await this.#find({ ...query, ...(fields ? { fields } : { conflicts: true }) });
    const found = answer.body.docs.map((doc) => readOf(doc, answer.suspect)).filter(({ id }) => !isDesign(id));
    return page(
      found.sort((a, b) => compareIds(a.id, b.id)),
      answer.bytes,
    );
  }

  async #readsAllDocs(query: object): Promise<boolean> {
    const { body } = await this.#read<{ readonly index?: { readonly type?: string } }>("_explain", { body: query });
    return body.index?.type === "special";
  }

  async #each(ids: readonly string[], selector: Selector): Promise<Read[]> {
    const found = await pMap(
      ids,
      (id) => this.#find({ selector: { $and: [{ _id: id }, selector] }, limit: 1, conflicts: true }),
      { concurrency: maxConcurrentReads },
    );
    return found.flatMap(({ body, suspect }) => body.docs.map((doc) => readOf(doc, suspect)));
  }

  /** Those of these documents that exist and match, in their present state. */
  async again(ids: readonly string[]): Promise<Read[]> {
    if (ids.length === 0) return [];
    if (this.#selector) return this.#each(ids, this.#selector);
    const query = { include_docs: true, conflicts: true };
    const { body, suspect } = await this.#read<AllDocs>("_all_docs", { query, body: { keys: ids } });
    return body.rows.flatMap(({ doc }) => (doc ? [readOf(doc, suspect)] : []));
  }

  /** All leaves of the documents' revision trees, by id. */
  async leaves(ids: readonly string[]): Promise<Map<string, Leaf[]>> {
    const found = new Map<string, Leaf[]>();
    for (let i = 0; i < ids.length; i += leavesARequest) {
      const docs = ids.slice(i, i + leavesARequest).map((id) => ({ id }));
      const { body } = await this.#read<BulkGet>("_bulk_get", { query: { revs: true }, body: { docs } });
      for (const { id, docs } of body.results)
        found.set(
          id,
          docs.flatMap(({ ok }) => (ok ? [leafOf(ok)] : [])),
        );
    }
    return found;
  }

  /** A revision that need not be the current one. `undefined`: its content is no longer available. */
  async revision(
    id: string,
    rev: string,
  ): Promise<{ readonly document: JsonObject; readonly lossy: boolean } | undefined> {
    const {
      status,
      body,
      text = "",
    } = await this.#couch.read<JsonObject>(path`/${this.#database}/${id}`, {
      query: { rev },
      accept: [404],
      keep: false,
      text: true,
    });
    return status === 404 ? undefined : { document: body, lossy: isLossy(text) };
  }

  /** Whether the document was deleted after this revision and recreated, as far as CouchDB still knows. */
  async wasMadeAgain(id: string, since: string): Promise<boolean> {
    const { status, body } = await this.#couch.read<{ _revs_info?: readonly { rev: string; status: string }[] }>(
      path`/${this.#database}/${id}`,
      { query: { revs_info: true }, accept: [404], keep: false },
    );
    if (status === 404) return false;
    const known = body._revs_info ?? [];
    const at = known.findIndex(({ rev }) => rev === since);
    return known.slice(0, at < 0 ? known.length : at).some((one) => one.status === "deleted");
  }

  #keys(after: string | undefined): { readonly start_key?: string; readonly end_key?: string } {
    const { upTo } = this.#range;
    return {
      ...(after === undefined ? {} : { start_key: JSON.stringify(after) }),
      ...(upTo === undefined ? {} : { end_key: JSON.stringify(upTo) }),
    };
  }

  #find(query: object): Promise<Answer<Found>> {
    return this.#read<Found>("_find", { body: query });
  }

  async #read<Body>(
    endpoint: "_all_docs" | "_find" | "_explain" | "_bulk_get",
    request: { readonly query?: Record<string, string | number | boolean | undefined>; readonly body?: unknown },
  ): Promise<Answer<Body>> {
    const options = { ...request, keep: false, text: true };
    const where = path`/${this.#database}/${endpoint}`;
    const { body, text = "" } = await this.#couch.read<Body>(where, options).catch(adviseSelector);
    return { body, bytes: text.length, suspect: isLossy(text) };
  }
}

function adviseSelector(error: unknown): never {
  if (!isOfDeepAnswer(error)) throw error;
  const { code, message, data } = error;
  const next = "Change or remove that document, or exclude it with the step's `selector`, then run again.";
  throw new MigrateError(code, { message, data, next, cause: error });
}

const leavesARequest = 200;

interface AllDocs {
  readonly rows: readonly { readonly id: string; readonly doc?: JsonObject | null }[];
}
interface Found {
  readonly docs: readonly JsonObject[];
}
interface BulkGet {
  readonly results: readonly { readonly id: string; readonly docs: readonly { readonly ok?: JsonObject }[] }[];
}

/** The second operand of the `$or` is always false; with it, no index on the selector's fields can be used. */
function within({ after, upTo }: IdRange, selector: Selector): Selector {
  return {
    $and: [{ _id: { $gt: after ?? null } }, { _id: { $lte: upTo } }, { $or: [selector, { _id: { $lt: null } }] }],
  };
}

function readOf({ _conflicts, ...document }: JsonObject, suspect: boolean): Read {
  return {
    id: String(document._id),
    rev: String(document._rev),
    document,
    conflicted: Array.isArray(_conflicts) && _conflicts.length > 0,
    suspect,
  };
}

function leafOf({ _rev, _deleted, _revisions }: JsonObject): Leaf {
  const { start, ids } = isObject(_revisions) ? (_revisions as unknown as Revisions) : { start: 0, ids: [] };
  const history = ids.map((hash, i) => `${start - i}-${hash}`);
  return { deleted: _deleted === true, history: history.length > 0 ? history : [String(_rev)] };
}

interface Revisions {
  readonly start: number;
  readonly ids: readonly string[];
}

function isLossy(text: string): boolean {
  return !lossyNumbers(text).next().done;
}
