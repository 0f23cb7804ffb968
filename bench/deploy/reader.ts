/** Readers that query the old views during a whole deployment, as a service does, and what they observed. */
import { type Query, startReader } from "../../test/support/reader.js";
import type { Addressed } from "../../test/support/request.js";

/** The start and end of a period in which a reader got wrong rows or none, in milliseconds on one clock. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

export interface Seen {
  /** Seconds in which a reader got wrong rows or none. */
  readonly badSeconds: number;
  /** Milliseconds. */
  readonly longest: number;
  readonly queries: number;
  /** Wrong results, each listed once. */
  readonly wrong: readonly string[];
}

/** If a query takes longer than this, its reader counts as having no rows. Milliseconds. */
const patience = 1_000;

/**
 * Starts two readers: one waits for the index to be up to date, CouchDB's default; the other takes what the index has
 * (`update=false`). Each queries both views repeatedly and expects `documents` rows.
 */
export function startReaders(on: Addressed, database: string, documents: number): { stop(): Promise<Seen> } {
  const gaps: Gap[] = [];
  const wrong = new Set<string>();
  let longest = 0;
  let queries = 0;

  const read = (update: boolean) => {
    let badSince: number | undefined;
    const queryOf = (view: string): Query => ({
      path: `/${database}/_design/brood/_view/${view}?${view === "changing" ? "limit=1&" : ""}update=${update}`,
      sent:
        () =>
        ({ status, body, began, ended }) => {
          const rows = view === "changing" ? body?.total_rows : body?.rows?.[0]?.value;
          queries += 1;
          longest = Math.max(longest, ended - began);
          if (ended - began > patience) gaps.push({ from: began + patience, to: ended });
          if (status === 200 && rows === documents) {
            if (badSince !== undefined) gaps.push({ from: badSince, to: ended });
            badSince = undefined;
          } else {
            wrong.add(`${view}: ${status !== 200 ? status : rows ? "too few rows" : "no rows"}`);
            badSince ??= ended;
          }
        },
    });
    const reader = startReader(() => on, [queryOf("by-kind"), queryOf("changing")]);
    return async () => {
      await reader.stop();
      if (badSince !== undefined) gaps.push({ from: badSince, to: performance.now() });
    };
  };
  const readers = [read(true), read(false)];
  return {
    async stop() {
      await Promise.all(readers.map((stop) => stop()));
      return { badSeconds: union(gaps) / 1_000, longest, queries, wrong: [...wrong] };
    },
  };
}

/** Milliseconds that are in at least one of the gaps. */
function union(gaps: readonly Gap[]): number {
  let sum = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { from, to } of gaps.toSorted((a, b) => a.from - b.from)) {
    sum += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return sum;
}
