/** Whether what a step requires before it begins is true in one place, now. Only reads. */

import type { Requirements } from "../contract/requirements.js";
import type { Couch } from "../couch/couch.js";
import { countDocuments } from "../couch/count-documents.js";
import { isAtLeast } from "../couch/version.js";
import type { Target } from "../steps/kind.js";
import { boundsOf } from "../steps/require.js";
import { count } from "../text/quantity.js";

/** What the server shows. */
export interface Facts {
  /** Of CouchDB. */
  readonly version: string;
  /** Absent: nothing is required of a database. `documents` is absent if the database does not exist yet. */
  readonly database?: { readonly name: string; readonly documents?: number };
}

/** Each requirement is in one of the lists. The sentences are for people. */
export interface Judged {
  /** What is required and what is there instead, one sentence for each. */
  readonly unmet: readonly string[];
  /** What is required, without the place: many places of a step say the same. */
  readonly met: readonly string[];
  /** What can't be judged until the database exists. */
  readonly open: readonly string[];
}

export async function readFacts(
  couch: Couch,
  { documents, empty }: Requirements,
  { database: name }: Target,
  databaseExists: boolean,
): Promise<Facts> {
  const version = await couch.version();
  if (name === undefined || !(documents || empty)) return { version };
  return { version, database: { name, ...(databaseExists ? { documents: await countDocuments(couch, name) } : {}) } };
}

/** Pure. */
export function judge({ documents, empty, couchdb }: Requirements, { version, database }: Facts): Judged {
  const judged = { unmet: [] as string[], met: [] as string[], open: [] as string[] };
  if (couchdb !== undefined) {
    if (isInRange(version, couchdb)) judged.met.push(`CouchDB ${couchdb}`);
    else judged.unmet.push(`the step requires CouchDB ${couchdb}, but the server is CouchDB ${version}`);
  }
  const { atLeast, atMost } = documents ?? {};
  const wanted: readonly (readonly [what: string, test: ((found: number) => boolean) | undefined])[] = [
    [`at least ${count(atLeast ?? 0, "document")}`, atLeast === undefined ? undefined : (found) => found >= atLeast],
    [`at most ${count(atMost ?? 0, "document")}`, atMost === undefined ? undefined : (found) => found <= atMost],
    ["no documents", empty ? (found) => found === 0 : undefined],
  ];
  for (const [what, test] of wanted) {
    if (!test) continue;
    if (database?.documents === undefined) judged.open.push(what);
    else if (test(database.documents)) judged.met.push(what);
    else
      judged.unmet.push(
        `the step requires ${what} in database ${database.name}, which has ${shown(database.documents)}`,
      );
  }
  return judged;
}

/** Why the step is refused, and what to do. `undefined`: it is not. */
export function refusalOf({ unmet }: Judged): string | undefined {
  if (unmet.length === 0) return undefined;
  return `\`require\` of this step is not met: ${unmet.join("; ")}; check that this is the right server and database, then make it true, or edit \`require\``;
}

/** For a plan. */
export function notesOf({ met, open }: Judged): string[] {
  return [
    ...(met.length > 0 ? [`\`require\` is met now: ${met.join(", ")}`] : []),
    ...(open.length > 0
      ? [`\`require\` is checked when the step begins, because its database does not exist yet: ${open.join(", ")}`]
      : []),
  ];
}

function isInRange(version: string, range: string): boolean {
  const { from, below } = boundsOf(range);
  return (from === undefined || isAtLeast(version, from)) && (below === undefined || !isAtLeast(version, below));
}

function shown(documents: number): string {
  return `${count(documents, "document")} (design documents are not counted)`;
}
