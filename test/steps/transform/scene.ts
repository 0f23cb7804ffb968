/** A transformation at work in a new database, whose requests can fail one by one, alongside a user. */

import { MigrateError } from "../../../src/contract/errors.js";
import type { Couch } from "../../../src/couch/couch.js";
import { openCouch } from "../../../src/couch/gateway.js";
import type { Transform } from "../../../src/transform/edit.js";
import type { Counts } from "../../../src/transform/marker.js";
import { divide, finishParts, standing, transformPart } from "../../../src/transform/parts.js";
import { preview } from "../../../src/transform/preview.js";
import type { Selector } from "../../../src/transform/reading.js";
import { type TransformationOptions, transformAll } from "../../../src/transform/transformation.js";
import { removeDatabase, uniqueName } from "../../support/databases.js";
import { must } from "../../support/request.js";
import { server } from "../../support/servers.js";

export type Document = Readonly<Record<string, unknown>> & { readonly _id: string };

export interface Request {
  readonly number: number;
  readonly method: string;
  readonly path: string;
}

/** What happens around a request; a thrown error is what the runner gets instead of the answer. */
export interface Around {
  before?(request: Request): void | Promise<void>;
  after?(request: Request): void | Promise<void>;
  /** Changes the JSON of documents on its way to the server. */
  sends?(json: string): string;
}

interface More {
  readonly selector?: Selector;
  readonly checksum?: string;
  readonly allowDestroy?: boolean;
  readonly conflicts?: "leave" | "refuse";
}

export class Scene {
  readonly database = uniqueName("transform");
  readonly requests: Request[] = [];
  /** Another one is another transformation of the same documents. */
  step = "step";

  static async open(documents: readonly Document[]): Promise<Scene> {
    const scene = new Scene();
    await must(server(), "PUT", `/${scene.database}`);
    await must(server(), "POST", `/${scene.database}/_bulk_docs`, { body: { docs: documents } });
    return scene;
  }

  /** Until it is done, or killed. */
  async run(transform: Transform, around: Around = {}, more: More = {}): Promise<Counts> {
    return this.#at(around, async (couch) => (await transformAll(this.#options(transform, couch, more))).counts);
  }

  /** Like processes that each do a part, one after another. */
  async runInParts(parts: number, transform: Transform, around: Around = {}, more: More = {}): Promise<void> {
    await this.#at(around, async (couch) => {
      const options = this.#options(transform, couch, more);
      await divide(couch, this.database, options.step, parts);
      if (!(await standing(couch, this.database, options.step))) return;
      for (let number = 1; number <= parts; number += 1) await transformPart(number, options);
      await finishParts(options);
    });
  }

  /** The number of matching documents in a plan. */
  matching(selector: Selector | undefined): Promise<number> {
    const signal = new AbortController().signal;
    return this.#at({}, async (couch) => {
      const context = { couch, signal, progress: () => {} };
      return (await preview(context, this.database, selector, (document) => document)).matching;
    });
  }

  #options(transform: Transform, couch: Couch, more: More): TransformationOptions {
    const signal = new AbortController().signal;
    return {
      database: this.database,
      selector: more.selector,
      transform,
      conflicts: more.conflicts,
      step: { set: "default", version: "v1", id: this.step, checksum: more.checksum ?? "1:a" },
      context: { couch, signal, progress: () => {}, ...(more.allowDestroy ? { allowDestroy: true } : {}) },
    };
  }

  async #at<T>(around: Around, work: (couch: Couch) => Promise<T>): Promise<T> {
    this.requests.length = 0;
    const { name, password } = server().admin;
    const never = new AbortController().signal;
    const connection = { url: server().url, username: name, password };
    const couch = openCouch(connection, { emit: () => {}, signal: never, readOnly: false });
    try {
      return await work(this.#watched(couch, around));
    } finally {
      await couch.close();
    }
  }

  #watched(couch: Couch, { before, after, sends = (json) => json }: Around): Couch {
    const around = async <T>(method: string, path: string, send: () => Promise<T>): Promise<T> => {
      const request = { number: this.requests.length + 1, method, path };
      this.requests.push(request);
      await before?.(request);
      const answer = await send();
      await after?.(request);
      return answer;
    };
    return {
      url: couch.url,
      shared: new Map(),
      login: couch.login,
      requests: couch.requests,
      get epoch() {
        return couch.epoch;
      },
      version: () => couch.version(),
      forget: (database) => couch.forget(database),
      made: () => false,
      askInDoubt: () => {},
      read: (path, options) => around("GET", path, () => couch.read(path, options)),
      write: (method, path, { json, ...options }) => {
        const sent = json === undefined ? options : { ...options, json: sends(json) };
        return around(method, path, () => couch.write(method, path, sent));
      },
    };
  }

  /** By id, without revisions. */
  async documents(): Promise<Document[]> {
    const { rows } = await must(server(), "GET", `/${this.database}/_all_docs?include_docs=true`);
    return rows.map(({ doc: { _rev, ...doc } }: { doc: Document & { _rev: string } }) => doc);
  }

  async locals(): Promise<string[]> {
    const { rows } = await must(server(), "GET", `/${this.database}/_local_docs`);
    return rows.map(({ id }: { id: string }) => id);
  }

  /** As another user. */
  async edit(id: string, change: (document: Document) => object): Promise<void> {
    const path = `/${this.database}/${id}`;
    await must(server(), "PUT", path, { body: change(await must(server(), "GET", path)) });
  }

  async remove(id: string): Promise<void> {
    const { _rev } = await must(server(), "GET", `/${this.database}/${id}`);
    await must(server(), "DELETE", `/${this.database}/${id}?rev=${_rev}`);
  }

  async make(document: Document): Promise<void> {
    await must(server(), "PUT", `/${this.database}/${document._id}`, { body: document });
  }

  close(): Promise<void> {
    return removeDatabase(this.database);
  }
}

export class Killed extends Error {}

/** From this request on the runner sends nothing more; `after`: the server acts on it. */
export function killedAt(number: number, when: "before" | "after"): Around {
  const kill = (request: Request) => {
    if (request.number >= number) throw new Killed();
  };
  return when === "before"
    ? { before: kill }
    : ({ before: (one) => one.number > number && kill(one), after: kill } as Around);
}

/** The answer to this request is lost. */
export function lostAt(number: number, when: "before" | "after"): Around {
  const lose = ({ number: at, method }: Request) => {
    if (at !== number) return;
    throw new MigrateError(method === "GET" ? "unreachable" : "outcome-unknown", { message: "lost" });
  };
  return when === "before" ? { before: lose } : { after: lose };
}
