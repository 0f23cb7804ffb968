/** What a run writes before anything else: that these files are the newest, and what renamed steps take with them. */
import type { Lease } from "../ledger/lease.js";
import type { StoredLedger } from "../ledger/ledger.js";
import { writeLedger } from "../ledger/store.js";
import { kindOf } from "../steps/targets.js";
import { ledgerToNote } from "./assess-files.js";
import { contextOf } from "./examine.js";
import { type Look, type Run, runUnder } from "./run.js";

/** To be called where something is to be noted; the set's lease is held. Returns the ledger as it is stored then. */
export async function noteFiles(run: Run, { files, stored, existing }: Look, lease: Lease): Promise<StoredLedger> {
  const held = runUnder(run, lease);
  await carryMarkers(held, { files, existing });
  const ledger = await ledgerToNote(files, run.place.set);
  const renamed = [...files.renamed.renames.values()];
  return writeLedger(held.couch, run.place, stored, ledger, { renamed });
}

/** Before the ledger: whoever is killed in between finds the entries under their former ids, and carries on. */
async function carryMarkers(run: Run, { files, existing }: Pick<Look, "files" | "existing">): Promise<void> {
  const { renames, ledger } = files.renamed;
  for (const step of run.steps) {
    const from = renames.get(step.id);
    if (from === undefined) continue;
    const renamed = { ...step, desired: step.desired, formerly: [from] };
    for (const database of Object.keys(ledger?.entries[step.id]?.databases ?? {})) {
      if (existing.has(database)) await kindOf(step).carryOver?.(contextOf(run, renamed, { database }));
    }
  }
}

export const revertedMessage =
  "these files were older than what was applied; as going back is allowed, they are the newest now, and the files that were applied before are older";
