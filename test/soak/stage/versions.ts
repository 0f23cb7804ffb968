/** The documents, and the versions of the design document that the files of each round want. */

export const views = ["by-kind", "by-n"] as const;
export type View = (typeof views)[number];

export const kinds = ["drone", "zergling", "hydralisk", "queen"] as const;

export interface Creature {
  /** 0, 1, 2, … without a gap. */
  readonly n: number;
  readonly kind: string;
  /** How often it was edited. */
  readonly edits: number;
}

export function idOf(n: number): string {
  return `c${String(n).padStart(8, "0")}`;
}

export function creature(n: number): Creature & { readonly _id: string; readonly text: string } {
  return { _id: idOf(n), n, kind: kinds[n % kinds.length] ?? "", edits: 0, text: "larva ".repeat(20) };
}

/** Each row begins with the version that it belongs to. */
export function stepsOf(database: string, version: number, deploy: string): string {
  const brood = {
    views: {
      "by-kind": { map: `function (doc) { emit([${version}, doc.kind], [1, doc.edits]); }`, reduce: "_sum" },
      "by-n": { map: `function (doc) { emit([${version}, doc.n], doc.edits); }` },
    },
  };
  return JSON.stringify([{ id: "views", ensureDesignDocs: { database, deploy, docs: { brood } } }]);
}

/** How many rows a reader of `by-n` takes. */
export const someRows = 3;

const queries: Readonly<Record<View, string>> = { "by-kind": "group=true", "by-n": `limit=${someRows}` };

export function pathOf(database: string, view: View, update: string): string {
  return `/${database}/_design/brood/_view/${view}?${queries[view]}&update=${update}`;
}
