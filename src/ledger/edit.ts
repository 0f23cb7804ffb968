/** Changes that a person may make to the ledger. */
import { MigrateError } from "../contract/errors.js";
import type { Step } from "../migrations/step.js";
import { commandLine } from "./command-line.js";
import { type Done, nextEntry } from "./entry.js";
import { entryOf } from "./entry-of.js";
import type { Entry, Ledger } from "./ledger.js";
import type { LedgerPlace } from "./place.js";

/** The ledger without the step; if it is in the files, it is pending again. Throws `not-in-ledger`. */
export function forgetStep(ledger: Ledger, id: string, place: LedgerPlace): Ledger {
  recorded(ledger, id, place);
  return { ...ledger, entries: Object.fromEntries(Object.entries(ledger.entries).filter(([one]) => one !== id)) };
}

/**
 * The ledger with the present form of the step, as if it had just been applied in these databases.
 *
 * @param databases those that it works in now, each with its incarnation
 * @param version of couchdb-migrate
 */
export function acceptStep(
  ledger: Ledger,
  step: Step,
  { databases, at, version }: Pick<Done, "databases" | "at" | "version">,
): Ledger {
  // The objects that it claims now were not examined.
  const entry = nextEntry(step, entryOf(ledger, step.id), { databases, milliseconds: 0, adopted: true, at, version });
  return { ...ledger, entries: Object.fromEntries([...Object.entries(ledger.entries), [step.id, entry]]) };
}

function recorded(ledger: Ledger, id: string, place: LedgerPlace): Entry {
  const entry = entryOf(ledger, id);
  if (entry) return entry;
  const message = `the ledger of the set ${ledger.set} has no step ${JSON.stringify(id)}`;
  const next = `${commandLine("status", place)} lists the ids.`;
  throw new MigrateError("not-in-ledger", { message, next, data: { id, set: ledger.set } });
}
