/**
 * Makes CouchDB commit a small index immediately: compacting an index ends with a commit. No other request makes
 * CouchDB commit an index earlier than some seconds after its first changes. (`couch_index_compactor:compact`, the
 * same from 2.3 to 3.5.)
 */
import type { Couch } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import { rest } from "../../couch/pause.js";
import type { Build } from "./build-failure.js";
import { indexState } from "./index-state.js";

/** Bytes. Compacting a larger index takes longer than CouchDB's own commit, or costs more than it is worth. */
const largest = 10_000_000;
/** The number of checks, and the pause between them in milliseconds: as long as CouchDB's own commit takes. */
const checks = 100;
const pause = 50;
/** The number of checks in a row without a compaction: the ranges of a database do not begin in the same moment. */
const agreeing = 2;

/** Call it for an index of which there is one copy. False: it is too large, or CouchDB commits it sooner by itself. */
export async function compactSmall(
  couch: Couch,
  { database, name }: Pick<Build, "database" | "name">,
  signal: AbortSignal,
): Promise<boolean> {
  const before = await indexState(couch, database, name, "one copy");
  if (!before?.uncommitted || before.bytes === undefined || before.bytes > largest) return false;
  await couch.write("POST", path`/${database}/_compact/${name}`, { body: {}, accept: [202], repeatable: true });
  let hasBegun = false;
  let idle = 0;
  for (let i = 0; i < checks; i += 1) {
    const now = await indexState(couch, database, name, "one copy");
    hasBegun ||= now?.compacting === true || now?.bytes !== before.bytes;
    idle = now?.compacting ? 0 : idle + 1;
    if (hasBegun && idle === agreeing) return true;
    await rest(pause, signal);
  }
  return false;
}
