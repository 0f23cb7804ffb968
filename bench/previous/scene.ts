/** Small documents, and a design document with two views over them. */
import { type Addressed, must } from "../../test/support/request.js";

const batch = 5_000;

export interface DesignDoc {
  readonly views: Readonly<Record<string, { readonly map: string; readonly reduce?: string }>>;
  readonly autoupdate?: boolean;
}

/** Each version has a different index. */
export function designDoc(version: number): DesignDoc {
  return {
    views: {
      "by-kind": { map: "function (doc) { emit(doc.kind, 1); }", reduce: "_sum" },
      changing: { map: `function (doc) { emit([${version}, doc.n], null); }` },
    },
  };
}

export function documents(from: number, count: number): object[] {
  return Array.from({ length: count }, (_, i) => ({
    n: from + i,
    kind: (from + i) % 2 ? "zergling" : "drone",
    text: "x".repeat(200),
  }));
}

export async function fill(on: Addressed, database: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += batch) {
    const docs = documents(from, Math.min(batch, count - from));
    await must(on, "POST", `/${database}/_bulk_docs`, { body: { docs } });
  }
}
