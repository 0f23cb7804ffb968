/**
 * What is to be done, as a pure function of the files, the ledger and what was seen of the server. Nothing here reads
 * or writes; plan, apply and status all decide by it.
 */
import type { Entry, Ledger } from "../ledger/ledger.js";
import type { Step } from "../migrations/step.js";
import type { StepState } from "../results.js";

/** One step with the databases that it works in at this moment; `[]` for server-wide steps. */
export interface PlacedStep {
  readonly step: Step;
  readonly databases: readonly string[];
  readonly oneTime: boolean;
}

/** What a look at the server has shown, besides the ledger. */
export interface Seen {
  /** Incarnation by database; `undefined`: it does not exist. */
  readonly incarnations: ReadonlyMap<string, string | undefined>;
  /** Ids of steps whose secrets may differ from those that were applied. */
  readonly secretsChanged: ReadonlySet<string>;
}

export interface Decision {
  readonly step: Step;
  readonly state: Exclude<StepState, "drifted">;
  /** The databases that need work, with the reason; for a step that needs none, empty. */
  readonly databases: ReadonlyMap<string, string>;
  /** Why, for people. */
  readonly notes: readonly string[];
  /** Decided against: it is an error to go on. */
  readonly refusal?: string;
}

export interface DecideOptions {
  /** Apply a step whose checksum is a former one of the ledger's (`--allow-revert`). */
  readonly allowRevert?: boolean;
}

export function decide(
  placed: readonly PlacedStep[],
  ledger: Ledger | undefined,
  seen: Seen,
  options: DecideOptions = {},
): Decision[] {
  const entries = ledger?.entries ?? {};
  const lastKnown = placed.findLastIndex(({ step }) => Object.hasOwn(entries, step.id));
  return placed.map((one, index) => {
    const entry = Object.hasOwn(entries, one.step.id) ? entries[one.step.id] : undefined;
    if (!entry) return fresh(one, index < lastKnown);
    if (entry.checksum !== one.step.checksum || entry.kind !== one.step.kind) return edited(one, entry, options);
    return known(one, entry, seen);
  });
}

/** Ids that the ledger has and the files have not, in the ledger's order. */
export function orphans(placed: readonly PlacedStep[], ledger: Ledger | undefined): string[] {
  const ids = new Set(placed.map(({ step }) => step.id));
  return Object.keys(ledger?.entries ?? {}).filter((id) => !ids.has(id));
}

function everywhere(one: PlacedStep, reason: string): Map<string, string> {
  return new Map(one.databases.map((database) => [database, reason]));
}

function fresh(one: PlacedStep, inserted: boolean): Decision {
  const notes = inserted ? ["inserted before steps that are already applied"] : [];
  return { step: one.step, state: "pending", databases: everywhere(one, "not applied yet"), notes };
}

function edited(one: PlacedStep, entry: Entry, options: DecideOptions): Decision {
  const { step } = one;
  if (entry.former.includes(step.checksum) && !options.allowRevert) {
    const note = "the ledger knows a newer version of this step; --allow-revert goes back to this one";
    return { step, state: "superseded", databases: new Map(), notes: [note] };
  }
  const changed = { step, state: "changed", databases: everywhere(one, "changed since it was applied") } as const;
  if (!one.oneTime) return { ...changed, notes: ["changed since it was applied"] };
  const refusal = `one-time step ${step.id} was changed after it had been applied; restore it, or take it as it is with \`couchdb-migrate ledger accept ${step.id}\``;
  return { ...changed, notes: [refusal], refusal };
}

function known(one: PlacedStep, entry: Entry, seen: Seen): Decision {
  const { step } = one;
  if (seen.secretsChanged.has(step.id)) {
    const reason = "its secret may have changed";
    return { step, state: "changed", databases: everywhere(one, reason), notes: [reason] };
  }
  const stale = new Map<string, string>();
  for (const database of one.databases) {
    const reason = whyStale(database, entry, seen);
    if (reason) stale.set(database, reason);
  }
  const notes = [...stale].map(([database, reason]) => `${database}: ${reason}`);
  return { step, state: stale.size === 0 ? "applied" : "pending", databases: stale, notes };
}

function whyStale(database: string, entry: Entry, seen: Seen): string | undefined {
  const then = Object.hasOwn(entry.databases, database) ? entry.databases[database] : undefined;
  const now = seen.incarnations.get(database);
  if (then === undefined) return "not applied in this database yet";
  if (now === undefined) return "the database is gone";
  // Before 3.3 every database says "0": a recreation can't be seen.
  if (now !== then && now !== "0" && then !== "0") return "the database was deleted and made anew";
  return undefined;
}
