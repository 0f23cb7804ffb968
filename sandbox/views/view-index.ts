/** The rows of all views of one design document, updated change by change. */

import { compiledViews } from "../../src/design-doc-rules/fields.js";
import { isObject, type JsonObject } from "../json.js";
import type { PouchChange } from "../pouch.js";
import { CouchError } from "../reply.js";
import { idFirst } from "../storage/order.js";
import { compareKeys, compareRaw } from "./collation.js";
import type { IndexedDatabase } from "./indexed-database.js";
import { QueryServer } from "./query-server.js";
import type { Row } from "./row.js";

const batchSize = 100;

export class ViewIndex {
  readonly language: string;
  readonly signature: string;
  readonly #database: IndexedDatabase;
  readonly #views: readonly (readonly [name: string, view: Readonly<JsonObject>])[];
  readonly #includesDesignDocs: boolean;
  readonly #lib: JsonObject;
  /** The emitted rows by document, one list per view. */
  readonly #emitted = new Map<string, Row[][]>();
  readonly #sorted = new Map<string, Row[]>();
  readonly #reducers = new Map<string, QueryServer>();
  #mapper: QueryServer | undefined;
  #updateSeq = 0;
  #updating: Promise<void> | undefined;

  constructor(database: IndexedDatabase, designDoc: JsonObject, signature: string) {
    const { language = "javascript", options, views } = designDoc;
    this.#database = database;
    this.signature = signature;
    this.language = String(language);
    this.#views = compiledViews(designDoc);
    this.#includesDesignDocs = isObject(options) && options.include_design === true;
    this.#lib = { views: { lib: isObject(views) ? views.lib : undefined } };
  }

  get updateSeq(): number {
    return this.#updateSeq;
  }

  get isUpdating(): boolean {
    return this.#updating !== undefined;
  }

  /** Updates the index. Concurrent callers wait for the same update. */
  async update(): Promise<void> {
    this.#updating ??= this.#update().finally(() => {
      this.#updating = undefined;
    });
    await this.#updating;
  }

  /** The number of changes that are not in the index yet. */
  async pending(): Promise<number> {
    const { results } = await this.#database.pouch.changes({ since: this.#updateSeq });
    return results.length;
  }

  /** The rows of a view as of the last update, ordered by key. */
  rows(view: string): readonly Row[] {
    const known = this.#sorted.get(view);
    if (known) return known;
    const index = this.#views.findIndex(([name]) => name === view);
    const rows = [...this.#emitted.values()].flatMap((emitted) => emitted[index] ?? []);
    rows.sort((a, b) => compareKeys(a.key, b.key) || compareRaw(a.id, b.id));
    this.#sorted.set(view, rows);
    return rows;
  }

  /** Returns the result of a view's JavaScript reduce function for each group of rows. */
  async reduce(view: string, groups: readonly (readonly Row[])[]): Promise<unknown[]> {
    const source = this.#views.find(([name]) => name === view)?.[1].reduce;
    const reducer = this.#reducers.get(view) ?? (await this.#compiled([source]));
    this.#reducers.set(view, reducer);
    return reducer.reduce(
      groups.map((rows) => ({ keys: rows.map((row) => [row.key, row.id]), values: rows.map((row) => row.value) })),
    );
  }

  async #update(): Promise<void> {
    if (this.language !== "javascript" && this.language !== "query") {
      throw new CouchError(500, "unknown_query_language", this.language);
    }
    const { results, last_seq } = await this.#database.pouch.changes({
      since: this.#updateSeq,
      include_docs: this.language === "javascript",
    });
    for (let start = 0; start < results.length; start += batchSize) {
      await this.#index(results.slice(start, start + batchSize));
    }
    if (results.length > 0) this.#sorted.clear();
    this.#updateSeq = last_seq;
  }

  async #index(changes: readonly PouchChange[]): Promise<void> {
    const docs = changes.flatMap(({ id, deleted, doc }) => {
      const hidden = id.startsWith("_design/") && !this.#includesDesignDocs;
      return deleted || hidden || !doc ? [] : [{ id, doc }];
    });
    const maps = this.language === "javascript" && this.#views.length > 0;
    const mapped = maps ? await this.#map(docs.map(({ doc }) => idFirst(doc))) : [];
    for (const { id } of changes) this.#emitted.delete(id);
    for (const [i, { id }] of docs.entries()) {
      const rows = (mapped[i] ?? []).map((emitted) => emitted.map(([key, value]) => ({ id, key, value })));
      if (rows.some((ofView) => ofView.length > 0)) this.#emitted.set(id, rows);
    }
  }

  async #map(docs: readonly JsonObject[]): Promise<[key: unknown, value: unknown][][][]> {
    this.#mapper ??= await this.#compiled(this.#views.map(([, view]) => view.map));
    return this.#mapper.mapDocs(docs);
  }

  async #compiled(sources: readonly unknown[]): Promise<QueryServer> {
    const server = new QueryServer(this.#database.functions, this.#lib);
    for (const source of sources) await server.compile(String(source));
    return server;
  }
}
