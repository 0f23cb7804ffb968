/** What a person may change in the ledger by hand. */
import { MigrateError } from "../contract/errors.js";
import type { Step } from "../migrations/step.js";
import { commandLine } from "./command-line.js";
import { entryOf } from "./entry-of.js";
import type { Entry, Ledger } from "./ledger.js";
import type { LedgerPlace } from "./place.js";

/** The ledger without the step: if it is in the files, it is pending again. Throws `not-in-ledger`. */
export function forgetStep(ledger: Ledger, id: string, place: LedgerPlace): Ledger {
  recorded(ledger, id, place);
  return { ...ledger, entries: Object.fromEntries(Object.entries(ledger.entries).filter(([one]) => one !== id)) };
}

/** The ledger with the step as it now stands in the files, as if that had been applied. Throws `not-in-ledger`. */
export function acceptStep(ledger: Ledger, step: Step, now: Date, version: string, place: LedgerPlace): Ledger {
  // What it claims now was not looked at.
  const { claims: _, ...before } = recorded(ledger, step.id, place);
  if (before.checksum === step.checksum && before.kind === step.kind) return ledger;
  const former = [...new Set([...before.former, before.checksum])].filter((checksum) => checksum !== step.checksum);
  const entry: Entry = {
    ...before,
    kind: step.kind,
    checksum: step.checksum,
    former,
    appliedAt: now.toISOString(),
    milliseconds: 0,
    version,
    adopted: true,
  };
  return { ...ledger, entries: Object.fromEntries([...Object.entries(ledger.entries), [step.id, entry]]) };
}

function recorded(ledger: Ledger, id: string, place: LedgerPlace): Entry {
  const entry = entryOf(ledger, id);
  if (entry) return entry;
  const message = `the ledger of the set ${ledger.set} has no step ${JSON.stringify(id)}`;
  const next = `${commandLine("status", place)} lists the ids.`;
  throw new MigrateError("not-in-ledger", { message, next, data: { id, set: ledger.set } });
}
