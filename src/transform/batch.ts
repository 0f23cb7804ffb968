/** Completes a batch of edits: each one is written once, or found to be unnecessary. */
import { MigrateError } from "../contract/errors.js";
import type { Couch } from "../couch/couch.js";
import { rest } from "../couch/pause.js";
import { digestOf, type Edit } from "./edit.js";
import { fateOf, type Intent, type Leaf, winnerOf } from "./fate.js";
import type { Journal } from "./journal.js";
import { type Counts, isCalibrated, type Pending, type PendingEdit, type Place } from "./marker.js";
import type { Reader } from "./reading.js";
import { ignoredError, refusedError, restlessError, unknownError } from "./reports.js";
import { type Outcome, sendEdits } from "./send.js";

export interface BatchOptions {
  readonly couch: Couch;
  readonly database: string;
  readonly reader: Reader;
  readonly journal: Journal;
  /** Returns the edits that these documents need in their present state. */
  prepare(ids: readonly string[]): Promise<Edit[]>;
  /** Throws if the run has to stop, or the lease is lost. */
  assertGoingOn(): void;
}

/** How often others may change a document while it is being written. */
const maxRounds = 40;
/**
 * How often an answer may not mention an edit that turns out not to have taken place: on a cluster, a copy may be
 * late.
 */
const maxUnmentioned = 5;
const longestPause = 1_000;

export class Batch {
  readonly #options: BatchOptions;
  readonly #place: Place;
  /** Our revisions of completed documents, by id. */
  readonly #done = new Map<string, string>();
  /** Revisions of edits that were sent before, and may still arrive. */
  readonly #sent = new Set<string>();
  /** How often the answer did not mention an edit, by document. */
  readonly #unmentioned = new Map<string, number>();
  #counts: Counts;

  constructor(options: BatchOptions, place: Place) {
    this.#options = options;
    this.#place = place;
    this.#counts = options.journal.marker.counts;
  }

  /** Completes the edits that another run has recorded, and perhaps written. */
  async resume({ edits }: Pending): Promise<void> {
    const open = new Map<string, Intent>();
    for (const [id, [base, ours, digest]] of Object.entries(edits)) {
      if (ours === undefined || digest === undefined) this.#done.set(id, base);
      else open.set(id, { base, ours, digest: () => digest });
    }
    for (const { ours } of open.values()) this.#sent.add(ours);
    const again = await this.#settle(open);
    await this.write(await this.#options.prepare(again));
  }

  async write(edits: readonly Edit[]): Promise<void> {
    const { couch, database, journal, prepare, assertGoingOn } = this.#options;
    let open = edits;
    for (let round = 0; open.length > 0; round += 1) {
      if (round > maxRounds) throw restlessError(database, idsOf(open));
      if (round > 0) await rest(Math.min(20 * 2 ** round, longestPause));
      assertGoingOn();
      await journal.intend(this.#pending(open));
      assertGoingOn();
      const outcomes = await sendEdits(couch, database, open);
      open = await prepare(await this.#take(open, outcomes));
    }
    if (this.#done.size === 0) await journal.moved(this.#place);
    else await journal.done(this.#place, Object.fromEntries(this.#done), this.#counts);
  }

  #pending(edits: readonly Edit[]): Pending {
    const all = new Map<string, PendingEdit>([...this.#done].map(([id, rev]) => [id, [rev]]));
    const isDecided = isCalibrated(this.#options.journal.marker.counts);
    for (const { id, base, ours, digest } of edits) all.set(id, [base, ours, isDecided ? "" : digest()]);
    return { place: this.#place, edits: Object.fromEntries(all) };
  }

  /** Notes what was written, and returns the ids that have to be read and written again. */
  async #take(edits: readonly Edit[], outcomes: ReadonlyMap<string, Outcome>): Promise<string[]> {
    const { database, journal } = this.#options;
    const doubtful = new Map<string, Edit>();
    const conflicts = new Map<string, Edit>();
    const refused: { readonly id: string; readonly message: string }[] = [];
    let faint = 0;
    for (const edit of edits) {
      const outcome = outcomes.get(edit.id) ?? { is: "doubtful" };
      if (outcome.is === "written") this.#took(edit.id, outcome.rev, edit, edit);
      else if (outcome.is === "refused") refused.push({ id: edit.id, message: `${outcome.error}: ${outcome.reason}` });
      else if (outcome.is === "faint") faint += 1;
      else if (outcome.is === "unmentioned") {
        this.#unmentioned.set(edit.id, (this.#unmentioned.get(edit.id) ?? 0) + 1);
        doubtful.set(edit.id, edit);
      }
      // If the edit was sent before, it may be in conflict with itself.
      else if (outcome.is === "conflict" && !this.#sent.has(edit.ours)) conflicts.set(edit.id, edit);
      else doubtful.set(edit.id, edit);
    }
    if (refused.length > 0) throw refusedError(database, refused, journal.marker.counts.changed + this.#done.size);
    if (faint > 0) {
      const message = `${faint} documents were accepted by only a minority of the nodes of ${database}`;
      throw new MigrateError("below-quorum", { message, data: { database, documents: faint } });
    }
    for (const { ours } of doubtful.values()) this.#sent.add(ours);
    const again = await this.#settle(doubtful);
    const ignored = again.filter((id) => (this.#unmentioned.get(id) ?? 0) >= maxUnmentioned);
    if (ignored.length > 0) throw ignoredError(database, ignored);
    return [...again, ...(await this.#displaced(conflicts))];
  }

  /**
   * Finds out which of these edits took place, and returns the ids of the others. On a cluster, some copies may have
   * our edit, and others someone else's on the same base. It is unknown which one a quorum has, so ours is removed
   * and made again on top of theirs, and neither is lost.
   */
  async #settle(intents: ReadonlyMap<string, Intent & Partial<Edit>>): Promise<string[]> {
    if (intents.size === 0) return [];
    const { reader, database, journal } = this.#options;
    const leaves = await reader.leaves([...intents.keys()]);
    const again: string[] = [];
    const unknown: string[] = [];
    const strays = new Map<string, string>();
    for (const [id, intent] of intents) {
      const fate = fateOf(intent, leaves.get(id) ?? [], isCalibrated(this.#counts));
      if (isStray(intent, leaves.get(id) ?? [])) strays.set(id, intent.ours);
      else if (fate.was === "written") this.#took(id, fate.rev, intent, intent);
      else if (fate.was === "not-written") again.push(id);
      else if (fate.was === "unknown") unknown.push(id);
      else if (fate.was === "unclear") {
        const child = await reader.revision(id, fate.child);
        if (!child) unknown.push(id);
        else if (digestOf(child.document) === intent.digest()) this.#took(id, fate.child, intent, intent);
        else again.push(id);
      }
    }
    await this.#remove(strays);
    if (unknown.length > 0) throw unknownError(database, unknown, journal.store.name);
    return [...again, ...strays.keys()];
  }

  /**
   * Others were first. On a cluster, a copy may still have stored our edit before it received theirs: that stray leaf
   * is removed, so that it can't win over theirs.
   */
  async #displaced(conflicts: ReadonlyMap<string, Edit>): Promise<string[]> {
    if (conflicts.size === 0) return [];
    const { reader } = this.#options;
    const leaves = await reader.leaves([...conflicts.keys()]);
    const strays = [...conflicts.values()].filter((edit) => isStray(edit, leaves.get(edit.id) ?? []));
    await this.#remove(new Map(strays.map(({ id, ours }) => [id, ours])));
    return [...conflicts.keys()].filter((id) => {
      const winner = winnerOf(leaves.get(id) ?? []);
      return winner !== undefined && !winner.deleted;
    });
  }

  /** Deletes exactly these revisions of ours, by id. */
  async #remove(revisions: ReadonlyMap<string, string>): Promise<void> {
    const { couch, database } = this.#options;
    const removals = [...revisions].map(([id, rev]): Edit => {
      const body = { _id: id, _rev: rev, _deleted: true };
      return { id, base: rev, body, ours: "", digest: () => "", deletes: true, conflicted: false };
    });
    if (removals.length > 0) await sendEdits(couch, database, removals);
  }

  #took(id: string, rev: string, { ours }: Pick<Intent, "ours">, { deletes, conflicted }: Partial<Edit>): void {
    const counts = this.#counts;
    this.#done.set(id, rev);
    this.#counts = {
      changed: counts.changed + 1,
      deleted: counts.deleted + (deletes ? 1 : 0),
      conflicted: counts.conflicted + (conflicted ? 1 : 0),
      predicted: counts.predicted + (rev === ours ? 1 : 0),
      mispredicted: counts.mispredicted + (rev === ours ? 0 : 1),
    };
  }
}

/** Whether our leaf is next to one that others made on the same base. */
function isStray({ base, ours }: Intent, leaves: readonly Leaf[]): boolean {
  const alive = leaves.filter(({ deleted }) => !deleted);
  return (
    alive.some(({ history }) => history[0] === ours) &&
    alive.some(({ history }) => history.includes(base) && !history.includes(ours))
  );
}

function idsOf(edits: readonly Edit[]): string[] {
  return edits.map(({ id }) => id);
}
