/** Design documents of a database that share an index, and what a plan says about it. */
import type { Couch } from "../../couch/couch.js";
import type { Rebuild } from "../../steps/difference.js";
import { type DesignDoc, hasSameIndex } from "./design-doc.js";
import { pendingOf } from "./index-state.js";

/**
 * The changes that an index lacks, in the copies that answered, by the name of a design document that has the index.
 */
export type Lacking = Readonly<Record<string, number>>;

/** The name of another design document whose index `doc` will use, under `name`. */
export function twinOf(docs: Readonly<Record<string, DesignDoc>>, name: string, doc: DesignDoc): string | undefined {
  return Object.entries(docs).find(([other, one]) => other !== name && hasSameIndex(one, doc))?.[0];
}

/** What a plan says about an existing index. */
export function reuseOf(twin: string | undefined, lacking: Lacking = {}): Pick<Rebuild, "reuses" | "pending"> {
  if (twin === undefined) return {};
  const pending = lacking[twin];
  return { reuses: twin, ...(pending === undefined ? {} : { pending }) };
}

/** For the indexes of these design documents. An index that can't be read is left out. */
export async function lackingOf(
  couch: Couch,
  database: string,
  names: readonly (string | undefined)[],
): Promise<Lacking> {
  const found: Record<string, number> = {};
  for (const name of new Set(names)) {
    const pending = name === undefined ? undefined : await pendingOf(couch, database, name).catch(() => undefined);
    if (name !== undefined && pending !== undefined) found[name] = pending;
  }
  return found;
}
