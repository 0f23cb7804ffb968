/** What the runner asks of a step's kind. It calls these, and knows no member of a kind by name. */
import type { Couch, Login } from "../couch/couch.js";
import type { DatabaseContext, Divide } from "../steps/kind.js";
import type { StepWarning } from "../steps/warnings.js";
import { kindByName } from "./index.js";
import { kindOf } from "./targets.js";

interface OfKind {
  readonly kind: string;
}

interface KindSpec extends OfKind {
  readonly desired: unknown;
}

/** Done once: what it did is not looked at again, as the data may have gone on since. */
export function isOnce({ kind }: OfKind): boolean {
  return kindByName.get(kind)?.nature?.lifetime === "once";
}

/** Compared on every run. */
export function isVolatile(step: OfKind): boolean {
  return kindOf(step).nature?.lifetime === "volatile";
}

/** Ledger and lease need what it makes: it is done before there are any, and needs no guard. */
export function isBootstrap(step: OfKind): boolean {
  return kindOf(step).nature?.bootstrap === true;
}

export function needsAllNodes(step: OfKind): boolean {
  return kindOf(step).nature?.allNodes === true;
}

/** All that it does is to remove something. */
export function isRemoval({ kind }: OfKind): boolean {
  return kindByName.get(kind)?.nature?.destroys === "always";
}

/** Which documents it writes: those that it names, or any. */
export function documentsOf(step: OfKind): "named" | "all" | undefined {
  return kindOf(step).nature?.documents;
}

/** Its secrets are the run's own login. */
export function isOfLogin(step: KindSpec, login: Login): boolean {
  return kindOf(step).nature?.ofLogin?.(step.desired, login) === true;
}

/** The databases that the step makes. */
export function createdBy(step: KindSpec): readonly string[] {
  return (kindOf(step).lifecycle?.creates?.(step.desired) ?? []).map(({ name }) => name);
}

/** The database that the step removes. */
export function removedBy(step: KindSpec): string | undefined {
  return kindOf(step).lifecycle?.removes?.(step.desired);
}

/** It is observed even where its database does not exist yet. */
export function dependsOnServer(step: KindSpec): boolean {
  return kindOf(step).lifecycle?.dependsOnServer?.(step.desired) === true;
}

/** The kind whose steps remove what those of `kind` ensure. */
export function removingKind({ kind }: OfKind): string | undefined {
  return kindByName.get(kind)?.lifecycle?.removedBy;
}

/** Carries what is kept beside the data over to the present id of a renamed step. */
export async function carryOver(step: OfKind, context: DatabaseContext<unknown>): Promise<void> {
  await kindOf(step).lifecycle?.renamed?.(context);
}

/** Its `apply` proves by itself that it took effect. */
export function isProvenByApply(step: OfKind): boolean {
  return kindOf(step).fast?.provenByApply === true;
}

/** A database that this run has made holds nothing of it. */
export function isAbsentFromNew(step: KindSpec): boolean {
  return kindOf(step).fast?.absentFromNew?.(step.desired) === true;
}

/** Neighbouring steps of its kind may be at work at the same time in a new database. */
export function joinsNeighbours(step: OfKind): boolean {
  return kindOf(step).fast?.joins === true;
}

/** Reads what will be observed of a database. `undefined`: there is nothing to read in advance. */
export function aheadOf(step: OfKind): ((couch: Couch, database: string) => Promise<unknown>) | undefined {
  const { fast } = kindOf(step);
  return fast?.ahead?.bind(fast);
}

/** `undefined`: it can't be done in parts. */
export function divisionOf(step: OfKind): Divide<unknown> | undefined {
  return kindOf(step).divide;
}

/** What is to be said of the step whatever the server has. */
export function warningsOf(step: KindSpec): readonly StepWarning[] {
  return kindOf(step).check?.warnings?.(step.desired) ?? [];
}
