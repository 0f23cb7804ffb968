/** Whether the rows that a reader got are right. Pure. */
import type { Answer } from "../../support/reader.js";
import { kinds, someRows, type View } from "./versions.js";

/** What an answer shows. */
export interface Seen {
  readonly version: number;
  readonly documents: number;
  /** Of all documents together. Only `by-kind` shows it. */
  readonly edits?: number;
}

/** The first and the last right value of each. */
export interface Bounds {
  readonly version: readonly [number, number];
  readonly documents: readonly [number, number];
  readonly edits: readonly [number, number];
}

interface Row {
  readonly key: readonly [number, unknown];
  readonly value: readonly [number, number];
}

/** What a query with `update=false` finds in an index that has lost rows. */
const lostRows = ["no rows", "rows are missing"] as const;

/** Whether an answer only lacks rows: nothing in it is wrong. */
export function isOfLostRows(fault: string): boolean {
  return lostRows.some((text) => fault.startsWith(text));
}

/** A string says what is wrong with the answer. */
export function seenIn(view: View, { status, body }: Pick<Answer, "status" | "body">): Seen | string {
  if (status === 0) return "the connection was lost";
  if (status !== 200) return `status ${status}: ${JSON.stringify(body)?.slice(0, 200)}`;
  const rows: readonly Row[] = body.rows;
  const [first] = rows;
  if (!first) return lostRows[0];
  const [version] = first.key;
  const expected = view === "by-kind" ? [...kinds].sort() : Array.from({ length: someRows }, (_, n) => n);
  const keys = JSON.stringify(rows.map(({ key }) => key));
  if (rows.some(({ key }) => key[0] !== version)) return `rows of several versions: ${keys}`;
  const isWhole = rows.length === expected.length && rows.every(({ key }, i) => key[1] === expected[i]);
  if (!isWhole) return `${lostRows[1]}: ${keys}`;
  if (view === "by-n") return { version, documents: body.total_rows };
  const sum = (i: 0 | 1) => rows.reduce((all, { value }) => all + value[i], 0);
  return { version, documents: sum(0), edits: sum(1) };
}

/** `undefined`: everything is within the bounds. */
export function faultIn(seen: Seen, bounds: Bounds): string | undefined {
  const { version, documents, edits = bounds.edits[0] } = seen;
  const all = { version, documents, edits };
  const wrong = (["version", "documents", "edits"] as const).filter(
    (name) => all[name] < bounds[name][0] || all[name] > bounds[name][1],
  );
  if (wrong.length === 0) return undefined;
  return wrong.map((name) => `${name} ${all[name]}, not ${bounds[name].join(" to ")}`).join("; ");
}
