/**
 * Decides what to do, as a pure function of the files, the ledger and what was read from the server. Nothing here
 * reads or writes; plan, apply and status all use it.
 */
import type { ErrorCode } from "../contract/errors.js";
import type { StepState } from "../contract/results.js";
import { unknownIncarnation } from "../couch/inventory.js";
import { commandLine } from "../ledger/command-line.js";
import { entryOf } from "../ledger/entry-of.js";
import type { Entry, Ledger } from "../ledger/ledger.js";
import type { LedgerPlace } from "../ledger/place.js";
import type { Step } from "../migrations/step.js";
import { list } from "../text/quantity.js";
import { stepChanged } from "../text/step-notes.js";

/** One step with the databases that it works in now; `[]` for server-wide steps. */
export interface PlacedStep {
  readonly step: Step;
  readonly databases: readonly string[];
  readonly oneTime: boolean;
  /** For a server-wide step: the objects that it claims. */
  readonly claims?: readonly string[];
}

/** What was read from the server, besides the ledger. */
export interface Seen {
  /** Incarnations by database; `undefined`: it does not exist. */
  readonly incarnations: ReadonlyMap<string, string | undefined>;
  /** Ids of steps whose secrets may differ from the applied ones. */
  readonly secretsChanged: ReadonlySet<string>;
}

export interface Decision {
  readonly step: Step;
  readonly state: Exclude<StepState, "drifted">;
  /** The databases that need work, with the reasons; empty if the step needs none. */
  readonly databases: ReadonlyMap<string, string>;
  /** The reasons, for people. */
  readonly notes: readonly string[];
  /** Continuing would be an error. */
  readonly refusal?: Refusal;
}

export interface Refusal {
  readonly code: ErrorCode;
  /** What is wrong. */
  readonly message: string;
  /** What to do, with commands that can be pasted. */
  readonly next: string;
}

export interface DecideOptions {
  /** For commands in messages. */
  readonly place: LedgerPlace;
  /** The path of the migration files, for the same purpose. */
  readonly path?: string | undefined;
  /** The files are older than what is applied, so nothing is done with them. */
  readonly older?: boolean;
  /** Steps with an entry under their former id as well; the value is the former id. */
  readonly ambiguous?: ReadonlyMap<string, string>;
}

/** @param ledger with each entry under the present id of its step */
export function decide(
  placed: readonly PlacedStep[],
  ledger: Ledger | undefined,
  seen: Seen,
  { place, path, older = false, ambiguous = new Map() }: DecideOptions,
): Decision[] {
  if (older) return placed.map(({ step }) => skipped(step, entryOf(ledger, step.id)));
  const lastKnown = placed.findLastIndex(({ step }) => entryOf(ledger, step.id));
  const orphaned = orphans(placed, ledger);
  return placed.map((one, index) => {
    const { id } = one.step;
    const former = ambiguous.get(id);
    if (former !== undefined) return refused(one, bothApplied(id, former, place));
    const entry = entryOf(ledger, id);
    if (!entry) {
      const twin = one.oneTime && orphaned.find((other) => didSame(one.step, entryOf(ledger, other)));
      return twin ? refused(one, maybeRenamed(id, twin, place)) : fresh(one, index < lastKnown);
    }
    const elsewhere = databasesElsewhere(one, entry).filter((name) => seen.incarnations.get(name) !== undefined);
    if (elsewhere.length > 0) return refused(one, idReused(one, elsewhere, place));
    return isSame(one.step, entry) ? known(one, entry, seen) : edited(one, entry, place, path);
  });
}

/**
 * Ids that are in the ledger but not in the files, in the ledger's order.
 *
 * @param elsewhere ids of the steps in the files that exist only in other environments
 */
export function orphans(
  placed: readonly PlacedStep[],
  ledger: Ledger | undefined,
  elsewhere: readonly string[] = [],
): string[] {
  const ids = new Set([...placed.map(({ step }) => step.id), ...elsewhere]);
  return Object.keys(ledger?.entries ?? {}).filter((id) => !ids.has(id));
}

/** The databases that are recorded for the step's id, if it works in none of them now. */
export function databasesElsewhere({ databases, claims }: PlacedStep, entry: Entry | undefined): string[] {
  const recorded = Object.keys(entry?.databases ?? {});
  return claims || recorded.some((name) => databases.includes(name)) ? [] : recorded;
}

function isSame(step: Step, entry: Entry | undefined): boolean {
  return entry?.checksum === step.checksum && entry.kind === step.kind;
}

/** The step does the same now, or did before it was changed and accepted. */
function didSame(step: Step, entry: Entry | undefined): boolean {
  return isSame(step, entry) || (entry?.kind === step.kind && entry.former.includes(step.checksum));
}

function everywhere(one: PlacedStep, reason: string): Map<string, string> {
  return new Map(one.databases.map((database) => [database, reason]));
}

function skipped(step: Step, entry: Entry | undefined): Decision {
  const differs = entry ? "differs from what is applied" : "not in the ledger";
  return { step, state: "older", databases: new Map(), notes: isSame(step, entry) ? [] : [differs] };
}

function fresh(one: PlacedStep, isBeforeApplied: boolean): Decision {
  const notes = isBeforeApplied ? ["later steps in the files are already applied"] : [];
  return { step: one.step, state: "pending", databases: everywhere(one, "not applied yet"), notes };
}

function refused(one: PlacedStep, refusal: Refusal): Decision {
  const { step } = one;
  return { step, state: "changed", databases: everywhere(one, "refused"), notes: [refusalText(refusal)], refusal };
}

function edited(one: PlacedStep, entry: Entry, place: LedgerPlace, path: string | undefined): Decision {
  const { step } = one;
  if (one.oneTime) return refused(one, changedOneTime(step.id, place, path));
  const reason = stepChanged;
  const notes = [reason, ...otherObject(one, entry)];
  return { step, state: "changed", databases: everywhere(one, reason), notes };
}

/** A server-wide step is not refused: it is unknown whether the object that it was applied to still exists. */
function otherObject({ claims = [] }: PlacedStep, { claims: before = [] }: Entry): string[] {
  if (claims.length === 0 || before.length === 0 || before.some((claim) => claims.includes(claim))) return [];
  return [
    `this id was applied to ${before.join(", ")} before, and that stays on the server; if these files belong to another service, give it its own set with --set`,
  ];
}

function known(one: PlacedStep, entry: Entry, seen: Seen): Decision {
  const { step } = one;
  if (seen.secretsChanged.has(step.id)) {
    const reason = "the step's secret may have changed";
    return { step, state: "changed", databases: everywhere(one, reason), notes: [reason] };
  }
  const stale = new Map<string, string>();
  for (const database of one.databases) {
    const reason = whyStale(database, entry, seen);
    if (reason) stale.set(database, reason);
  }
  const notes = [...new Set(stale.values())].map((reason) => {
    const databases = [...stale].flatMap(([database, why]) => (why === reason ? database : []));
    return `${few(databases)}: ${reason}`;
  });
  return { step, state: stale.size === 0 ? "applied" : "pending", databases: stale, notes };
}

function whyStale(database: string, entry: Entry, seen: Seen): string | undefined {
  const then = Object.hasOwn(entry.databases, database) ? entry.databases[database] : undefined;
  const now = seen.incarnations.get(database);
  if (then === undefined) return "not applied yet";
  if (now === undefined) return "the database is gone";
  // Before 3.3, CouchDB has no incarnations, so a recreation can't be detected.
  if (now !== then && now !== unknownIncarnation && then !== unknownIncarnation) return "the database was recreated";
  return undefined;
}

function changedOneTime(id: string, place: LedgerPlace, path: string | undefined): Refusal {
  return {
    code: "changed-one-time-step",
    message: `one-time step ${id} was edited after it was applied`,
    next: `Restore it, or record the new form with ${commandLine("ledger accept", place, { id, path })}.`,
  };
}

function idReused({ step: { id }, databases }: PlacedStep, then: readonly string[], place: LedgerPlace): Refusal {
  const now = databases.length > 0 ? `works in ${few(databases)} now` : "works in no existing database";
  return {
    code: "id-reused",
    message: `step ${id} ${now}, but in the set ${place.set} this id was applied to ${few(then)}, which still exists`,
    next: `If these files belong to another service, give it a set of its own with --set. If it is a different step, give it a new id, or drop the old entry with ${forget(id, place)}.`,
  };
}

function bothApplied(id: string, former: string, place: LedgerPlace): Refusal {
  return {
    code: "renamed-step",
    message: `step ${id} names ${former} as its former id, but both were applied`,
    next: `Drop the wrong entry with ${forget(former, place)} or ${forget(id, place)}.`,
  };
}

function maybeRenamed(id: string, twin: string, place: LedgerPlace): Refusal {
  return {
    code: "renamed-step",
    message: `one-time step ${id} is new, but ${twin}, which was applied and is no longer in the files, did the same`,
    next: `If it was renamed, give it \`formerly: [${twin}]\`. If it should run again, first run ${forget(twin, place)}.`,
  };
}

function forget(id: string, place: LedgerPlace): string {
  return commandLine("ledger forget", place, { id });
}

/** For a plan, which shows both in one text. */
export function refusalText({ message, next }: Refusal): string {
  return `${message}. ${next}`;
}

function few(databases: readonly string[]): string {
  return list(databases, 5);
}
