/** Why CouchDB can't build an index, and the errors that end the wait for it. */
import { MigrateError } from "../../contract/errors.js";
import type { Couch } from "../../couch/couch.js";
import type { Path } from "../../couch/path.js";
import { type DesignDoc, idOf, viewNames } from "./design-doc.js";
import { placesToAsk } from "./index-state.js";

export interface Build {
  readonly database: string;
  /** The design document whose index is built. */
  readonly name: string;
  readonly doc: DesignDoc;
  /** A description for messages. */
  readonly what: string;
}

/** The time limit, in milliseconds, of the query that asks why nothing is built. */
const queryTimeout = 20_000;
const fullDisk = "the server's disk is full (enospc)";
/** A node goes down or comes back; this says nothing about the index. */
const ofNodes = /^(?:nodedown|timeout|shutdown|noproc|noconnection)\b|No DB shards could be opened/;
/** Characters. */
const longestReason = 300;

/** The staged document does not exist any more. */
export function gone(database: string, name: string): MigrateError {
  const message = `${idOf(name)} of ${database} was removed while its index was being built`;
  return new MigrateError("conflict", { message, data: { database, designDoc: name, removed: true } });
}

/**
 * CouchDB only says why an index can't be built in response to a query that waits for it; undefined: it is only slow.
 */
export async function whyNot(
  couch: Couch,
  { database, name, doc }: Build,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [view = ""] = viewNames(doc);
  const brief = AbortSignal.any([AbortSignal.timeout(queryTimeout), signal]);
  const ask = async (at: Path) => {
    const options = { query: { limit: 0 }, accept: [400, 404, 500], fresh: true, signal: brief };
    const { status, body } = await couch.read<{ error?: string; reason?: string } | null>(at, options);
    return status === 500 ? [body?.error, body?.reason].filter((text) => text !== undefined).join(": ") : undefined;
  };
  const places = await placesToAsk(couch, database, name, doc, view);
  const answers = await Promise.all(places.map((at) => ask(at).catch(() => undefined)));
  const said = answers.find((answer) => answer !== undefined && !ofNodes.test(answer));
  return said !== undefined && /enospc/i.test(said) ? fullDisk : said && inOneLine(said);
}

/** CouchDB's reason contains an Erlang stack trace with many lines. */
function inOneLine(said: string): string {
  const line = said.replace(/\s+/g, " ").replace(/[.\s]+$/, "");
  return line.length > longestReason ? `${line.slice(0, longestReason)}…` : line;
}

export function buildFailure({ database, name, doc, what }: Build, reason: string): MigrateError {
  return new MigrateError("step-failed", {
    message: `${what} in ${database} failed: ${reason}. The previous version still serves`,
    data: { database, designDoc: name, views: viewNames(doc), reason },
    next:
      reason === fullDisk
        ? "Free space on the disk with the server's indexes, then run again. The unfinished index was removed."
        : "Fix the reason above, then run again. With `deploy: inPlace` the document is written without a build.",
  });
}
