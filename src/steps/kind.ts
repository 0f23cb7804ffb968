/**
 * The contract of a step kind.
 *
 * To add one:
 *   1. write `src/kinds/<name-in-kebab-case>.ts` with `defineKind` (start from a copy of `ensure-replication.ts` for a
 *      server kind, or `ensure-security.ts` for a database kind); `diff` returns `creates`, `updates`, `removes`,
 *      `refuses` or `holds` of `difference.ts`; warnings and refusals are entries in `warnings.ts` and `refusals.ts`.
 *      Leave `fast` out at first;
 *   2. add it to the list in `src/kinds/index.ts`, next to related kinds: the reference has the same order;
 *   3. `npm run generate`: the validator, the editor schema and the step reference follow; add a row to
 *      `test/steps/spec-types.test.ts`, which compares the type of the spec with its schema;
 *   4. add its case to `test/conformance/cases/` (see `test/conformance/case.ts`): every kind passes the one shared suite;
 *   5. add a row to `test/promises/applied/every-kind.test.ts`, which ignores the writes of the first case and checks that
 *      the run notices;
 *   6. add a step of it to the set of the crash matrix, `test/crash-matrix/set.ts`;
 *   7. test what its `diff` decides in `test/steps/`, add a line to CHANGELOG.md, and run
 *      `npm test -- test/conformance test/promises/applied test/steps -t <name>`.
 * You need not edit anything else. If you do, fix that first.
 *
 * Eleven members are required. The others are optional, and most kinds have none of them: `nature` (how long its
 * effect lasts, whether it destroys data), `lifecycle` (which databases it creates and removes), `fast`
 * (optimisations only), `check` (what can be checked from the files alone), `resolve` (reads files that the spec
 * names), `detail` (additional data for a plan), `divide` (work that several processes share), `stage` (work that can
 * be done ahead of `apply`).
 *
 * `observe` only reads. `diff` is pure and returns that there is nothing to do if the step already holds. `apply`
 * writes what `diff` returned and nothing else. `plan` and `apply` share the first two, so that what was planned is
 * what is done. Where a new database has a default, `diff` compares `undefined` with that default. In a plan, a
 * secret in `desired` may be `unknownSecret`: `observe` and `diff` assume that the server has the same one. A 2xx
 * answer alone proves nothing: after `apply`, the runner observes and diffs again (see `fast.provenByApply`). After a
 * conflict, a lost answer or a temporary failure, the runner observes and diffs again: `apply` need not be
 * repeatable, but `observe` must see all that it writes.
 */

import type { Couch, Login } from "../couch/couch.js";
import type { Difference } from "./difference.js";
import type { Schema } from "./schema.js";
import type { Print } from "./script-output.js";
import type { StepFiles } from "./step-files.js";
import type { StepWarning } from "./warnings.js";

/** The database that the step works in. A server kind has none. */
export interface InDatabase {
  readonly database: string;
}

/** Where a step works: in a database, or on the server. */
export type Target = Partial<InDatabase>;

/** Identifies a step and its set, and the form of the step. */
export interface StepIdentity {
  readonly set: string;
  /** The version of the files. */
  readonly version: string;
  readonly id: string;
  readonly checksum: string;
  /** Its former ids. Absent: none. */
  readonly formerly?: readonly string[];
}

/** What is available to a step of a server kind when it is observed or applied. */
export interface StepContext<Desired> {
  readonly desired: Desired;
  readonly couch: Couch;
  /** Stops long work between two requests. */
  readonly signal: AbortSignal;
  /** For kinds that store a marker next to the data: its owner. */
  readonly step: StepIdentity;
  /** Destroying data was allowed. */
  readonly allowDestroy?: boolean;
  /** How many documents per second may be written; `auto`: as many as the views keep up with. Absent: no limit. */
  readonly rate?: number | "auto";
  /**
   * The time limit for loading a script, and for each document that it changes, in milliseconds. Absent: the default.
   */
  readonly scriptTimeout?: number;
  /** The maximum number of concurrent index builds, for all steps of the run. Absent: one. */
  readonly builds?: number;
  /** For `detail`: omit what would happen to documents, so that no script runs and no document is read. */
  readonly withoutPreview?: boolean;
  /** Removes the secrets of the run from text that someone else wrote (the message of an exception). */
  foreign(text: string): string;
  /** Receives what a script prints. Absent: its output is dropped. */
  readonly print?: Print;
  /** Returns the command that accepts a changed one-time step, for messages, in a form that can be pasted. */
  accept?(): string;
  /** Throws if the lease is lost, or the run has to stop. Call it after a long wait, before the next write. */
  assertHeld?(): void;
  /**
   * Does work that writes, while the set's lease is held: `apply` holds it anyway, and `stage` takes it for the time of
   * the work. The work may be repeated: it has to read first what it changes. For kinds that `stage` supports.
   */
  exclusively<T>(work: (couch: Couch) => Promise<T>): Promise<T>;
  /** Reports the progress of long work, in its own units (documents, changes). */
  progress(update: {
    readonly done: number;
    readonly total: number;
    readonly unit: string;
    readonly what: string;
    /** An index is built, and CouchDB has not committed it to disk yet. */
    readonly committing?: boolean;
  }): void;
}

/** The same for a step of a database kind, in one of its databases. */
export interface DatabaseContext<Desired> extends StepContext<Desired>, InDatabase {}

/** A problem with a spec that its schema does not detect; `path` is a JSON Pointer into the spec. */
export interface SpecProblem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/**
 * The runner's view of a step of this kind. If everything is absent: a state that is compared when its step changes.
 */
export interface Nature<Desired> {
  /**
   * Default `state`. `volatile`: compared on every run, because CouchDB can lose it without losing its data (admins,
   * configuration). `once`: done once; it claims nothing, and changing the step after it was applied is an error.
   */
  readonly lifetime?: "state" | "volatile" | "once";
  /** It writes to every node of the cluster, so all nodes must be up before it starts. */
  readonly allNodes?: boolean;
  /**
   * It runs before ledger and lease exist, because they need what it creates (the cluster and its system databases).
   */
  readonly bootstrap?: boolean;
  /**
   * `always`: it removes something, so it is refused unless allowed, and only works in databases that exist. `maybe`:
   * it depends on the data; the kind checks `allowDestroy` of its context and refuses by itself.
   */
  readonly destroys?: "always" | "maybe";
  /** It writes documents: named ones, which no other step may claim, or any. */
  readonly documents?: "named" | "all";
  /** Whether the step's secrets are the run's own login. Only for `volatile` kinds. */
  ofLogin?(desired: Desired, login: Login): boolean;
}

/** A database that a step creates. */
export interface NewDatabase {
  readonly name: string;
  /** Absent: not specified. */
  readonly partitioned?: boolean;
}

/** What a step creates and removes, and what happens if the step itself is removed. */
export interface Lifecycle<Desired> {
  /** The databases that it creates. */
  creates?(desired: Desired): readonly NewDatabase[];
  /** Whether its creation depends on the server: then it is observed even if the database does not exist yet. */
  dependsOnServer?(desired: Desired): boolean;
  /** The database that it removes: the ledger then has no incarnation of it. */
  removes?(desired: Desired): string;
  /** The kind whose steps remove what this kind ensures. Absent: none. */
  readonly removedBy?: string;
  /** For a renamed step: moves what is stored next to the data to its present id. The caller holds the set's lease. */
  renamed?(context: DatabaseContext<Desired>): Promise<void>;
}

/** Everything that only makes the kind faster: without it, the kind does the same, more slowly. */
export interface Fast<Desired> {
  /**
   * `apply` itself proves that it took effect: it returns only if CouchDB's answers name what was written and its
   * revision, or if reading it back shows the change; a sentence above it says how. Absent: the runner observes and
   * diffs again, and if something is still missing after a while, the step fails with `not-applied`.
   */
  readonly provenByApply?: boolean;
  /**
   * A database that this run has created contains nothing of the step, so the first `observe` is skipped: `diff` gets
   * `undefined`. Then `apply` must not overwrite what someone else has written in the meantime, unless it would
   * anyway.
   */
  absentFromNew?(desired: Desired): boolean;
  /**
   * Neighbouring steps of this kind in the same databases may run at the same time: they don't depend on each other,
   * and the kind combines their requests.
   */
  readonly joins?: boolean;
  /** Reads in advance what `observe` will read from a database, if it is small and the gateway caches it. */
  ahead?(couch: Couch, database: string): Promise<unknown>;
}

/** The state of one step's parts in one database. */
export interface PartsStanding {
  readonly of: number;
  /** Numbers of the parts that are not done yet, starting from 1. */
  readonly open: readonly number[];
}

/**
 * Several processes can share the work in one database (`--part`), each doing one part. What must wait for all parts
 * is left to the kind's `apply`: if the work is divided, `apply` is called when all parts are done, with the leases
 * of all parts held.
 */
export interface Divide<Desired> {
  /**
   * Divides the work, unless it is divided already. The caller holds the set's lease. Throws if it can't be divided
   * into this many parts.
   */
  begin(parts: number, context: DatabaseContext<Desired>): Promise<void>;
  /** Only reads. `undefined`: the work is not divided. */
  standing(context: DatabaseContext<Desired>): Promise<PartsStanding | undefined>;
  /** Starts or continues one part, numbered from 1, and finishes it. The caller holds the lease of that part. */
  apply(part: number, context: DatabaseContext<Desired>): Promise<void>;
}

/** A document that an index is built under, until another document takes it over. Names are without `_design/`. */
export interface StagedDocument {
  /** The design document that will have the index. */
  readonly designDoc: string;
  readonly name: string;
  /** Staged documents that it replaces, because they were built ahead for other files. */
  readonly replaces: readonly string[];
}

/** The part of `apply` that `stage` does ahead: it builds and checks indexes, and has no effect on readers. */
export interface Stage<Desired, Write> {
  /** What is built ahead of `write`. Empty: nothing can be. Pure. */
  documents(write: Write): readonly StagedDocument[];
  /**
   * Writes these documents, and waits until their indexes are built and checked. Every write is done `exclusively`. If
   * all of it is done already, it sends no request that writes. Throws `conflict` if a document is removed meanwhile.
   */
  build(write: Write, context: DatabaseContext<Desired>): Promise<void>;
}

/** Checks of the files alone. Offline and pure. */
export interface Checks<Spec, Desired> {
  /** Checks that the schema can't express. */
  spec?(spec: Spec): readonly SpecProblem[];
  /** Checks against the databases that earlier steps of the set create: whether each is partitioned. */
  partitions?(desired: Desired, partitioned: ReadonlyMap<string, boolean>): readonly SpecProblem[];
  /** Warnings that do not depend on the server. */
  warnings?(desired: Desired): readonly StepWarning[];
  /** Which documents have more bytes than this, for services that allow less than CouchDB: `document larva`. */
  largerThan?(desired: Desired, bytes: number): readonly string[];
}

interface AnyKind<Spec, Desired> {
  /** The key in the migration file. */
  readonly name: string;
  /** One sentence for help, the step reference and editors. */
  readonly summary: string;
  /** JSON Schema of the spec, with `description`, `examples`, and our keywords `secret` and `variables`. */
  readonly schema: Schema;
  /** A complete step for the reference, the command `new` and the tests, as the user would write it (without `id`). */
  readonly example: string;
  /** Its title in a plan: `database zerglings`. */
  title(desired: Desired): string;
  /**
   * The databases that it works in: names, or patterns with `*`. With scope `server`: the system databases whose loss
   * undoes it. A kind that allows patterns returns this list as `database` from `resolve`.
   */
  databases(desired: Desired): readonly string[];
  /** The objects that it claims, e.g. `database/zerglings`: no other step may claim the same. */
  claims(desired: Desired): readonly string[];

  readonly nature?: Nature<Desired>;
  readonly lifecycle?: Lifecycle<Desired>;
  readonly fast?: Fast<Desired>;
  readonly check?: Checks<Spec, Desired>;
  /** Reads the files that the spec names. Default: returns the spec. Does not throw: it reports problems to `files`. */
  resolve?(spec: Spec, files: StepFiles): Promise<Desired>;
}

/** What a kind does with a step. `Context` and `Where` depend on its scope. */
interface Work<Desired, Observed, Write, Context, Where extends readonly unknown[]> {
  /**
   * Reads the current state, as far as the decision needs it. `undefined`: there is none (its database does not
   * exist, for example). Only sends requests that read.
   */
  observe(context: Context): Promise<Observed | undefined>;
  /** Pure: compares the declared and the observed state. */
  diff(desired: Desired, observed: Observed | undefined, ...where: Where): Difference<Write>;
  /** Writes what `diff` returned. May return warnings. */
  apply(write: Write, context: Context): Promise<readonly StepWarning[] | undefined> | Promise<void>;
  /**
   * For a plan, if something is written or kept: reads additional data for people (sizes, numbers of documents, a
   * preview), and returns `observed` with it, for `diff` to show.
   */
  detail?(context: Context, observed: Observed): Promise<Observed>;
}

/** Changes what all databases share, so nothing else runs at the same time. */
export interface ServerKind<Spec = unknown, Desired = Spec, Observed = unknown, Write = unknown>
  extends AnyKind<Spec, Desired>,
    Work<Desired, Observed, Write, StepContext<Desired>, readonly []> {
  readonly scope: "server";
  readonly divide?: undefined;
  readonly stage?: undefined;
}

/** Works in each of its databases separately. */
export interface DatabaseKind<Spec = unknown, Desired = Spec, Observed = unknown, Write = unknown>
  extends AnyKind<Spec, Desired>,
    Work<Desired, Observed, Write, DatabaseContext<Desired>, readonly [where: InDatabase]> {
  readonly scope: "database";
  readonly divide?: Divide<Desired>;
  readonly stage?: Stage<Desired, Write>;
}

export type StepKind<Spec = unknown, Desired = Spec, Observed = unknown, Write = unknown> =
  | ServerKind<Spec, Desired, Observed, Write>
  | DatabaseKind<Spec, Desired, Observed, Write>;

/** Whether the step may have `allowDestroy: true`. */
export function takesAllowDestroy({ nature }: Pick<StepKind, "nature">): boolean {
  return nature?.destroys !== undefined;
}

/** Preserves the types of a kind's parts in a list with kinds of other types. */
export function defineKind<Spec, Desired, Observed, Write>(
  kind: ServerKind<Spec, Desired, Observed, Write>,
): ServerKind<Spec, Desired, Observed, Write>;
export function defineKind<Spec, Desired, Observed, Write>(
  kind: DatabaseKind<Spec, Desired, Observed, Write>,
): DatabaseKind<Spec, Desired, Observed, Write>;
export function defineKind<Kind>(kind: Kind): Kind {
  return kind;
}
