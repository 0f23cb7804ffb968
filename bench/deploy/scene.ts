/** A database with a design document with two views; one of them changes. */
import { built as builtIn } from "../../test/support/built.js";
import { type Addressed, must } from "../../test/support/request.js";
import { seed } from "../../test/support/seed.js";

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
  const docOf = (n: number) => ({ n, kind: n % 2 ? "zergling" : "drone", text: "x".repeat(200) });
  await seed(on, database, documents, docOf, batch);
  await write(on, "brood", designDoc(0));
  await built(on, "brood");
}

export async function write(on: Addressed, name: string, doc: object): Promise<void> {
  await must(on, "PUT", `/${database}/_design/${name}`, { body: doc });
}

/** Waits for the index of every copy. */
export function built(on: Addressed, name: string): Promise<void> {
  return builtIn(on, database, name, "changing");
}
