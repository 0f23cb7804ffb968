/**
 * The contract of a step kind.
 *
 * To add one:
 *   1. write `src/kinds/<name-in-kebab-case>.ts` with `defineKind` (copy `ensure-replication.ts` for what the server has,
 *      `ensure-security.ts` for what a database has); `diff` returns `creates`, `updates`, `removes`, `refuses` or `holds`
 *      of `difference.ts`; warnings and refusals are entries in `warnings.ts` and `refusals.ts`. Leave `fast` out at first;
 *   2. add it to the list in `src/kinds/index.ts`, beside its relatives: the reference has the same order;
 *   3. `npm run generate`: the validator, the editor schema and the step reference follow; add a row to
 *      `test/steps/spec-types.test.ts`, which compares the type of the spec with its schema;
 *   4. add its case to `test/conformance/cases/` (see `test/conformance/case.ts`): every kind passes the one shared suite;
 *   5. add a row to `test/promises/applied/every-kind.test.ts`, which ignores the writes of the first case and checks that
 *      the run notices;
 *   6. add a step of it to the set of the crash matrix, `test/crash-matrix/set.ts`;
 *   7. test what its `diff` decides in `test/steps/`, add a line to CHANGELOG.md, and run
 *      `npm test -- test/conformance test/promises/applied test/steps -t <name>`.
 * Nothing else is edited. If something else has to be, fix that first.
 *
 * Eleven members are required. The others say what a kind can besides, and most have none of them: `nature` (how long
 * what it does lasts, whether it destroys), `lifecycle` (which databases come and go with it), `fast` (what only makes it
 * faster), `check` (what the files alone show), `resolve` (files that the spec names), `detail` (what a plan shows
 * besides), `divide` (work that several processes share).
 *
 * `observe` only reads. `diff` is pure and says that nothing is to do when the step already holds. `apply` writes what
 * `diff` said and nothing else. `plan` and `apply` share the first two, so that what was planned is what is done.
 * Where a new database has a default, `diff` compares `undefined` with that default.
 * In a plan, a secret in `desired` may be `unknownSecret`: `observe` and `diff` take it to be the one that the server has.
 * A 2xx answer alone proves nothing: after `apply`, the runner observes and diffs again (see `fast.provenByApply`).
 * When a write meets a conflict, a lost answer or a passing failure, the runner observes and diffs again: `apply` need
 * not be repeatable, but `observe` must see all that it writes.
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

/** Which step of which set, and in which form. */
export interface StepIdentity {
  readonly set: string;
  readonly id: string;
  readonly checksum: string;
  /** Its former ids. Absent: none. */
  readonly formerly?: readonly string[];
}

/** What the step of a server kind sees while it is observed or applied. */
export interface StepContext<Desired> {
  readonly desired: Desired;
  readonly couch: Couch;
  /** Stops long work between two requests. */
  readonly signal: AbortSignal;
  /** For kinds that keep a marker beside the data: its owner. */
  readonly step?: StepIdentity;
  /** What is destroyed was allowed. */
  readonly allowDestroy?: boolean;
  /** How many documents a second may be changed. Absent: as many as the server takes. */
  readonly rate?: number;
  /** Milliseconds for a script to be loaded, and for each document that it changes. Absent: the default. */
  readonly scriptTimeout?: number;
  /** How many indexes may be built at the same time, of all steps of the run. Absent: one. */
  readonly builds?: number;
  /** For `detail`: what becomes of documents is not asked for, so that no script runs and no document is read. */
  readonly withoutPreview?: boolean;
  /** Text that somebody else wrote (the message of an exception), without the secrets of the run. */
  foreign(text: string): string;
  /** Takes what a script prints. Absent: nobody wants to know. */
  readonly print?: Print;
  /** The command that takes a changed one-time step as it is, for messages, as it can be pasted. */
  readonly accept?: string;
  /** Throws when the lease is lost, or the run has to stop: to be asked after long waiting, before the next write. */
  assertHeld?(): void;
  /** Long work says how far it is, in units of its own (documents, changes). */
  progress(update: {
    readonly done: number;
    readonly total: number;
    readonly unit: string;
    readonly what: string;
  }): void;
}

/** The same for the step of a database kind, in one of its databases. */
export interface DatabaseContext<Desired> extends StepContext<Desired>, InDatabase {}

/** Something wrong with a spec beyond its schema; `path` is a JSON Pointer into the spec. */
export interface SpecProblem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** What a step of this kind is to the runner. All absent: a state that is compared when its step changes. */
export interface Nature<Desired> {
  /**
   * Default `state`. `volatile`: compared on every run, because CouchDB can lose it while it keeps its data (admins,
   * configuration). `once`: done once; it claims nothing, and a change after it was applied is an error.
   */
  readonly lifetime?: "state" | "volatile" | "once";
  /** It writes to every node of the cluster, so that all of them must be up before it begins. */
  readonly allNodes?: boolean;
  /** It is run before ledger and lease, which need what it makes (the cluster and its system databases). */
  readonly bootstrap?: boolean;
  /**
   * `always`: it removes something: refused unless allowed, and at work only in databases that exist. `maybe`: it does
   * or not, as the data have it: it asks `allowDestroy` of its context and refuses by itself.
   */
  readonly destroys?: "always" | "maybe";
  /** It writes documents: those that it names, which no other step may claim, or any. */
  readonly documents?: "named" | "all";
  /** The step's secrets are the run's own login. Only for what is `volatile`. */
  ofLogin?(desired: Desired, login: Login): boolean;
}

/** A database that a step makes. */
export interface NewDatabase {
  readonly name: string;
  /** Absent: not said. */
  readonly partitioned?: boolean;
}

/** What comes to be by a step, what goes, and what becomes of it when the step goes. */
export interface Lifecycle<Desired> {
  /** The databases that it makes. */
  creates?(desired: Desired): readonly NewDatabase[];
  /** Whether it can be created depends on the server: it is observed even where the database does not exist yet. */
  dependsOnServer?(desired: Desired): boolean;
  /** The database that it removes: the ledger then holds no incarnation of it. */
  removes?(desired: Desired): string;
  /** The kind whose step removes what this one ensures. Absent: none does. */
  readonly removedBy?: string;
  /** Of a renamed step: carries what is kept beside the data over to its present id. The set's lease is held. */
  renamed?(context: DatabaseContext<Desired>): Promise<void>;
}

/** All that makes it fast and nothing else: without any of it the kind does the same, slower. */
export interface Fast<Desired> {
  /**
   * `apply` proves by itself that it took effect: it returns only where CouchDB's answers name what was written and its
   * revision, or where what it has read back shows it; a sentence above it says how. Absent: the runner observes and
   * diffs again, and where something is still missing after a while, the step fails with `not-applied`.
   */
  readonly provenByApply?: boolean;
  /**
   * A database that this run has made holds nothing of it, so that the first look is left out: `diff` gets `undefined`,
   * and `apply` must not write over what somebody else has put there meanwhile, unless it would anyway.
   */
  absentFromNew?(desired: Desired): boolean;
  /**
   * Neighbouring steps of this kind in one new database may be at work at the same time: they don't depend on each
   * other, and the kind puts their requests together.
   */
  readonly joins?: boolean;
  /**
   * Reads what `observe` will read of a database, as far as it is small, and as the gateway keeps it: so that it is there
   * when it is needed.
   */
  ahead?(couch: Couch, database: string): Promise<unknown>;
}

/** How the parts of one step in one database stand. */
export interface PartsStanding {
  readonly of: number;
  /** Numbers of the parts that are still to be done, from 1. */
  readonly open: readonly number[];
}

/**
 * The work in one database can be done by several processes together (`--part`), each a part of it. What can't be done
 * before all parts are done is left to `apply` of the kind: where the work is divided, it is called when no part is
 * open, and with the leases of all parts held.
 */
export interface Divide<Desired> {
  /** Divides the work, where it was not yet. The set's lease is held. Throws where it can't be in so many parts. */
  begin(parts: number, context: DatabaseContext<Desired>): Promise<void>;
  /** Only reads. `undefined`: the work is not divided. */
  standing(context: DatabaseContext<Desired>): Promise<PartsStanding | undefined>;
  /** Starts or continues one part, from 1, and finishes it. The lease of that part is held. */
  apply(part: number, context: DatabaseContext<Desired>): Promise<void>;
}

/** What can be said of the files alone. Offline and pure. */
export interface Checks<Spec, Desired> {
  /** What the schema can't say. */
  spec?(spec: Spec): readonly SpecProblem[];
  /** Against the databases that earlier steps of the set make: whether each is partitioned. */
  partitions?(desired: Desired, partitioned: ReadonlyMap<string, boolean>): readonly SpecProblem[];
  /** What is to be said of the step whatever the server has. */
  warnings?(desired: Desired): readonly StepWarning[];
}

interface AnyKind<Spec, Desired> {
  /** The key in the migration file. */
  readonly name: string;
  /** One sentence for help, the step reference and editors. */
  readonly summary: string;
  /** JSON Schema of the spec, with `description`, `examples`, and our keywords `secret` and `variables`. */
  readonly schema: Schema;
  /** A complete step for the reference, `new` and the tests, as the user would write it (without `id`). */
  readonly example: string;
  /** What the plan calls it: `database zerglings`. */
  title(desired: Desired): string;
  /**
   * The databases that it works in: names, or patterns with `*`. With scope `server`:
   * the system databases whose loss undoes it. A kind that allows patterns
   * keeps this list as `database` in what `resolve` returns.
   */
  databases(desired: Desired): readonly string[];
  /** The objects that it claims, e.g. `database/zerglings`: no other step may claim the same. */
  claims(desired: Desired): readonly string[];

  readonly nature?: Nature<Desired>;
  readonly lifecycle?: Lifecycle<Desired>;
  readonly fast?: Fast<Desired>;
  readonly check?: Checks<Spec, Desired>;
  /** Reads the files that the spec names. Default: the spec itself. Throws nothing: problems go to `files`. */
  resolve?(spec: Spec, files: StepFiles): Promise<Desired>;
}

/** What a kind does with a step. `Context` and `Where` are those of its scope. */
interface Work<Desired, Observed, Write, Context, Where extends readonly unknown[]> {
  /**
   * Reads what is there, as far as it decides what is to be done. `undefined`: nothing (its database does not exist,
   * say). Sends only reading requests.
   */
  observe(context: Context): Promise<Observed | undefined>;
  /** Pure: what is missing. */
  diff(desired: Desired, observed: Observed | undefined, ...where: Where): Difference<Write>;
  /** Writes what `diff` said. May return what is to be said of it. */
  apply(write: Write, context: Context): Promise<readonly StepWarning[] | undefined> | Promise<void>;
  /**
   * For a plan, where something is written or kept: reads what people want to know besides (sizes, how many documents,
   * a preview), and returns `observed` with it, for `diff` to tell.
   */
  detail?(context: Context, observed: Observed): Promise<Observed>;
}

/** Touches what all databases share, so that nothing runs beside it. */
export interface ServerKind<Spec = unknown, Desired = Spec, Observed = unknown, Write = unknown>
  extends AnyKind<Spec, Desired>,
    Work<Desired, Observed, Write, StepContext<Desired>, readonly []> {
  readonly scope: "server";
  readonly divide?: undefined;
}

/** Works in one database after another. */
export interface DatabaseKind<Spec = unknown, Desired = Spec, Observed = unknown, Write = unknown>
  extends AnyKind<Spec, Desired>,
    Work<Desired, Observed, Write, DatabaseContext<Desired>, readonly [where: InDatabase]> {
  readonly scope: "database";
  readonly divide?: Divide<Desired>;
}

export type StepKind<Spec = unknown, Desired = Spec, Observed = unknown, Write = unknown> =
  | ServerKind<Spec, Desired, Observed, Write>
  | DatabaseKind<Spec, Desired, Observed, Write>;

/** `allowDestroy: true` may stand in the step. */
export function takesAllowDestroy({ nature }: Pick<StepKind, "nature">): boolean {
  return nature?.destroys !== undefined;
}

/** Keeps the types of a kind's parts while it is listed among kinds of other types. */
export function defineKind<Spec, Desired, Observed, Write>(
  kind: ServerKind<Spec, Desired, Observed, Write>,
): ServerKind<Spec, Desired, Observed, Write>;
export function defineKind<Spec, Desired, Observed, Write>(
  kind: DatabaseKind<Spec, Desired, Observed, Write>,
): DatabaseKind<Spec, Desired, Observed, Write>;
export function defineKind<Kind>(kind: Kind): Kind {
  return kind;
}
