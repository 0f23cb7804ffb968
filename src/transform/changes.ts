/** What was written to a database since a given moment. */
import type { Couch } from "../couch/couch.js";
import { path } from "../couch/path.js";

interface ChangedDocument {
  readonly id: string;
  readonly rev: string;
}

export interface ChangesPage {
  /** Without deleted documents. */
  readonly rows: readonly ChangedDocument[];
  readonly last: string;
}

const limit = 1_000;

interface Body {
  readonly results: readonly {
    readonly id: string;
    readonly changes: readonly { readonly rev: string }[];
    readonly deleted?: boolean;
  }[];
  readonly last_seq: string | number;
}

/** Ends with the last change that there is when it is read. */
export async function* changesSince(couch: Couch, database: string, begin: string): AsyncGenerator<ChangesPage> {
  for (let [since, more] = [begin, true]; more; ) {
    const { body } = await couch.read<Body>(path`/${database}/_changes`, { query: { since, limit }, keep: false });
    const rows = body.results.flatMap(({ id, changes, deleted }) => {
      const rev = changes[0]?.rev;
      return deleted || rev === undefined ? [] : [{ id, rev }];
    });
    since = String(body.last_seq);
    more = body.results.length >= limit;
    yield { rows, last: since };
  }
}

/** The moment from which `changesSince` returns everything that is written from now on. */
export async function momentOf(couch: Couch, database: string): Promise<string> {
  const { body } = await couch.read<{ readonly update_seq: string | number }>(path`/${database}`, { keep: false });
  return String(body.update_seq);
}
