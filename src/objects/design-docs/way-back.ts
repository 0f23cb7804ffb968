/** What a plan says about going back from a staged deployment. */
import type { Couch } from "../../couch/couch.js";
import type { Rebuild } from "../../steps/difference.js";
import { sizeOf } from "./index-state.js";

/** Bytes on disk of the indexes, by the name of their design document. */
export type IndexSizes = Readonly<Record<string, number>>;

/** @param keptBytes the size of the old index; undefined: unknown */
export function wayBackOf(keepPrevious: boolean, keptBytes: number | undefined): Partial<Rebuild> {
  if (!keepPrevious) return { wayBack: "build" };
  return { wayBack: "catchUp", ...(keptBytes === undefined ? {} : { keptBytes }) };
}

/** An index that can't be read is left out. */
export async function indexSizes(couch: Couch, database: string, names: readonly string[]): Promise<IndexSizes> {
  const found: Record<string, number> = {};
  for (const name of names) {
    const size = await sizeOf(couch, database, name).catch(() => undefined);
    if (size?.bytes !== undefined) found[name] = size.bytes;
  }
  return found;
}
