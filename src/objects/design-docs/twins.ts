/** Design documents of a database with one index, and what a plan says of it. */
import type { Couch } from "../../couch/couch.js";
import type { Rebuild } from "../../steps/difference.js";
import { type DesignDoc, hasSameIndex } from "./design-doc.js";
import { pendingOf } from "./index-state.js";

/** Changes that an index lacks, in those copies that answered, by the name of a design document that has it. */
export type Lacking = Readonly<Record<string, number>>;

/** The name of another design document whose index `doc` is going to have, under `name`. */
export function twinOf(docs: Readonly<Record<string, DesignDoc>>, name: string, doc: DesignDoc): string | undefined {
  return Object.entries(docs).find(([other, one]) => other !== name && hasSameIndex(one, doc))?.[0];
}

/** What a plan says of an index that is there. */
export function reuseOf(twin: string | undefined, lacking: Lacking = {}): Pick<Rebuild, "reuses" | "pending"> {
  if (twin === undefined) return {};
  const pending = lacking[twin];
  return { reuses: twin, ...(pending === undefined ? {} : { pending }) };
}

/** Of the indexes of these design documents. One that can't be read is left out. */
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
