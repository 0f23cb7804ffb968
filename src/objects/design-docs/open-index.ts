/**
 * CouchDB keeps an index open for every design document that has opened it, for each copy separately. A node that
 * hears of a write to a design document forgets that this document has opened the index, even if it still uses it; and
 * the last node of a cluster hears of a write after the client has its answer.
 */
import { inventoryOf } from "../../couch/inventory.js";
import { rest } from "../../couch/pause.js";
import type { DesignDoc } from "./design-doc.js";
import { warmIndex } from "./index-state.js";
import type { DeployContext } from "./staged-write.js";

/** Milliseconds: enough for every node to hear of a write, and to open its copies. */
const settled = 250;

/** Opens an index under the name of a design document that was just written, in every copy. */
export async function openIndex(
  { couch, signal }: Pick<DeployContext, "couch" | "signal">,
  database: string,
  name: string,
  doc: DesignDoc,
): Promise<void> {
  await warmIndex(couch, database, name, doc);
  const { n = 1 } = (await inventoryOf(couch).info(database)) ?? {};
  if (n < 2) return;
  await rest(settled, signal);
  await warmIndex(couch, database, name, doc);
  await rest(settled, signal);
}
