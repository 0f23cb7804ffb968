/** Readers that query the old views during a whole deployment, as a service does, and what they observed. */
import { type Addressed, request } from "../../test/support/request.js";

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

const pause = 50;
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
  let stopped = false;

  const read = async (update: boolean) => {
    let badSince: number | undefined;
    while (!stopped) {
      for (const view of ["by-kind", "changing"]) {
        const began = performance.now();
        const what = view === "changing" ? "limit=1&" : "";
        const at = `/${database}/_design/brood/_view/${view}?${what}update=${update}`;
        const { status, body } = await request(on, "GET", at).catch(() => ({ status: 0, body: undefined }));
        const ended = performance.now();
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
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    if (badSince !== undefined) gaps.push({ from: badSince, to: performance.now() });
  };
  const reading = Promise.all([read(true), read(false)]);
  return {
    async stop() {
      stopped = true;
      await reading;
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
