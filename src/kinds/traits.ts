/**
 * What the runner needs to know about a step's kind. The runner calls these functions, and never checks for a kind by
 * name.
 */
import type { Couch, Login } from "../couch/couch.js";
import type { DatabaseContext, Divide, Stage } from "../steps/kind.js";
import type { StepWarning } from "../steps/warnings.js";
import { kindByName } from "./index.js";
import { kindOf } from "./targets.js";

interface OfKind {
  readonly kind: string;
}

interface KindSpec extends OfKind {
  readonly desired: unknown;
}

/** The step is done once: its result is not checked again, because the data may have changed since. */
export function isOnce({ kind }: OfKind): boolean {
  return kindByName.get(kind)?.nature?.lifetime === "once";
}

/** The step is compared on every run. */
export function isVolatile(step: OfKind): boolean {
  return kindOf(step).nature?.lifetime === "volatile";
}

/** Ledger and lease need what the step creates: it runs before they exist, and needs no guard. */
export function isBootstrap(step: OfKind): boolean {
  return kindOf(step).nature?.bootstrap === true;
}

export function needsAllNodes(step: OfKind): boolean {
  return kindOf(step).nature?.allNodes === true;
}

/** The step only removes something. */
export function isRemoval({ kind }: OfKind): boolean {
  return kindByName.get(kind)?.nature?.destroys === "always";
}

/** Which documents it writes: the named ones, or any. */
export function documentsOf(step: OfKind): "named" | "all" | undefined {
  return kindOf(step).nature?.documents;
}

/** Its secrets are the run's own login. */
export function isOfLogin(step: KindSpec, login: Login): boolean {
  return kindOf(step).nature?.ofLogin?.(step.desired, login) === true;
}

/** The databases that the step creates. */
export function createdBy(step: KindSpec): readonly string[] {
  return (kindOf(step).lifecycle?.creates?.(step.desired) ?? []).map(({ name }) => name);
}

/** Steps of the kind create databases. `kind`: also one that this version does not know. */
export function createsDatabases({ kind }: OfKind): boolean {
  return kindByName.get(kind)?.lifecycle?.creates !== undefined;
}

/** The database that the step removes. */
export function removedBy(step: KindSpec): string | undefined {
  return kindOf(step).lifecycle?.removes?.(step.desired);
}

/** The step is observed even if its database does not exist yet. */
export function dependsOnServer(step: KindSpec): boolean {
  return kindOf(step).lifecycle?.dependsOnServer?.(step.desired) === true;
}

/** The kind whose steps remove what steps of `kind` ensure. */
export function removingKind({ kind }: OfKind): string | undefined {
  return kindByName.get(kind)?.lifecycle?.removedBy;
}

/** Moves what a renamed step has stored next to the data to its present id. */
export async function carryOver(step: OfKind, context: DatabaseContext<unknown>): Promise<void> {
  await kindOf(step).lifecycle?.renamed?.(context);
}

/** The kind's `apply` itself proves that it took effect. */
export function isProvenByApply(step: OfKind): boolean {
  return kindOf(step).fast?.provenByApply === true;
}

/** A database that this run has created contains nothing of the step. */
export function isAbsentFromNew(step: KindSpec): boolean {
  return kindOf(step).fast?.absentFromNew?.(step.desired) === true;
}

/** Neighbouring steps of its kind may run at the same time in the same databases. */
export function joinsNeighbours(step: OfKind): boolean {
  return kindOf(step).fast?.joins === true;
}

/** Reads in advance what will be observed in a database. `undefined`: there is nothing to read in advance. */
export function aheadOf(step: OfKind): ((couch: Couch, database: string) => Promise<unknown>) | undefined {
  const { fast } = kindOf(step);
  return fast?.ahead?.bind(fast);
}

/** `undefined`: the step can't be divided. */
export function divisionOf(step: OfKind): Divide<unknown> | undefined {
  return kindOf(step).divide;
}

/** `undefined`: nothing of the step can be done ahead. */
export function stageOf(step: OfKind): Stage<unknown, unknown> | undefined {
  return kindOf(step).stage;
}

/** The documents of the step that have more bytes than this: `document larva`. */
export function largerThan(step: KindSpec, bytes: number): readonly string[] {
  return kindOf(step).check?.largerThan?.(step.desired, bytes) ?? [];
}

/** Warnings about the step that do not depend on the server. */
export function warningsOf(step: KindSpec): readonly StepWarning[] {
  return kindOf(step).check?.warnings?.(step.desired) ?? [];
}
