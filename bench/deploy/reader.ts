/** Readers of the old views, as a service has them, through a whole deployment; and what they went through. */
import { type Addressed, request } from "../../test/support/request.js";

/** From when to when a reader had wrong rows or none, in milliseconds of one clock. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

export interface Seen {
  /** Seconds in which a reader had wrong rows or none. */
  readonly badSeconds: number;
  /** Milliseconds. */
  readonly longest: number;
  readonly queries: number;
  /** What was not as it ought to be, each once. */
  readonly wrong: readonly string[];
}

const pause = 50;
/** A query that is under way for longer than this leaves its reader without rows. Milliseconds. */
const patience = 1_000;

/**
 * Two of them: one that waits for the index to be up to date, as CouchDB has it where nothing is said, and one that
 * takes what there is (`update=false`). Each queries both views again and again, and expects `documents` rows.
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

/** Milliseconds that are in one of the gaps at least. */
function union(gaps: readonly Gap[]): number {
  let sum = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { from, to } of gaps.toSorted((a, b) => a.from - b.from)) {
    sum += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return sum;
}
