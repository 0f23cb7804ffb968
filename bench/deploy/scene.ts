/** A database with a design document with two views; one of them changes. */
import { type Addressed, must, until } from "../../test/support/request.js";

export const database = "cm-bench-deploy";
const batch = 5_000;

export interface DesignDoc {
  readonly views: Readonly<Record<string, { readonly map: string; readonly reduce?: string }>>;
}

/** Each version has a different index; `changing` has the same number of rows in all of them. */
export function designDoc(version: number): DesignDoc {
  return {
    views: {
      "by-kind": { map: "function (doc) { emit(doc.kind, 1); }", reduce: "_sum" },
      changing: { map: `function (doc) { emit([${version}, doc.n], null); }` },
    },
  };
}

/** Creates the database with the first version, and builds its index. */
export async function prepare(on: Addressed, documents: number): Promise<void> {
  await must(on, "PUT", `/${database}`);
  for (let from = 0; from < documents; from += batch) {
    const docs = Array.from({ length: Math.min(batch, documents - from) }, (_, i) => ({
      n: from + i,
      kind: i % 2 ? "zergling" : "drone",
      text: "x".repeat(200),
    }));
    await must(on, "POST", `/${database}/_bulk_docs`, { body: { docs } });
  }
  await write(on, "brood", designDoc(0));
  await built(on, "brood");
}

export async function write(on: Addressed, name: string, doc: object): Promise<void> {
  await must(on, "PUT", `/${database}/_design/${name}`, { body: doc });
}

/** Waits for the index of every copy, with as little load as possible. */
export async function built(on: Addressed, name: string): Promise<void> {
  await must(on, "GET", `/${database}/_design/${name}/_view/changing?limit=0&update=lazy`);
  let agreeing = 0;
  await until(
    async () => {
      const { view_index: index } = await must(on, "GET", `/${database}/_design/${name}/_info`);
      const tasks: readonly { readonly type: string }[] = await must(on, "GET", "/_active_tasks");
      const busy = index.updater_running || tasks.some(({ type }) => type === "indexer");
      if (!busy && index.updates_pending.total > 0) {
        await must(on, "GET", `/${database}/_design/${name}/_view/changing?limit=0&update=lazy`);
      }
      agreeing = !busy && index.updates_pending.total === 0 ? agreeing + 1 : 0;
      return agreeing;
    },
    (times) => times >= 3,
    3_600,
  );
}
