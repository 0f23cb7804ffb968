/** An approved plan, and what it does not contain. Pure. */
import type { Plan, PlannedStep } from "../../contract/results.js";
import { count } from "../../text/quantity.js";
import { type Written, writtenIn } from "./approvals.js";
import { isCreation } from "./digest.js";

export interface Approved {
  readonly plan: Plan;
  readonly steps: ReadonlyMap<string, ApprovedStep>;
}

interface ApprovedStep extends Pick<PlannedStep, "action" | "checksum" | "unknown"> {
  /** By database; the empty name stands for the server. */
  readonly places: ReadonlyMap<string, Written>;
}

/** A step that would write. */
export interface Writing {
  readonly id: string;
  readonly checksum: string;
  /** Whether a pattern of the step matches the database: the plan approves that the step creates its objects there, too. */
  matches(database: string): boolean;
}

export function approvedBy(plan: Plan): Approved {
  const steps = plan.steps.map(({ id, action, checksum, unknown, approvals }) => {
    const places = new Map(writtenIn(approvals).map((written) => [written.database ?? "", written]));
    return [id, { action, checksum, ...(unknown ? { unknown } : {}), places }] as const;
  });
  return { plan, steps: new Map(steps) };
}

/** Why the approved plan does not contain this. `undefined`: it does. */
export function whyUnapproved({ steps }: Approved, step: Writing, now: Written): string | undefined {
  const approved = steps.get(step.id);
  if (!approved) return "the approved plan does not have this step";
  if (approved.checksum !== step.checksum) return "the step was edited after the plan was made";
  const { action, former, documents = 0 } = now;
  // What an interrupted run has left, for example.
  if (former !== "any" && former.length === 0 && documents === 0) return undefined;
  const then = approved.places.get(now.database ?? "");
  if (!then) {
    const isNew = action !== "remove" && documents === 0 && former !== "any" && isCreation(former);
    const isMatched = now.database !== undefined && step.matches(now.database);
    if (isNew && isMatched) return undefined;
    const wasRefused = approved.action === "refused";
    return wasRefused ? "in the approved plan, this step is refused" : "the approved plan has nothing to do there";
  }
  if ((action === "remove") !== (then.action === "remove")) {
    return `the approved plan has \`${then.action}\`, not \`${action}\``;
  }
  if (documents > (then.documents ?? 0)) {
    const verb = action === "remove" ? "removes" : "overwrites";
    return `it ${verb} ${count(documents, "document")}, but the approved plan has ${count(then.documents ?? 0, "document")}`;
  }
  if (then.former === "any") return undefined;
  // With fewer documents than then, all of them are compared.
  if (former === "any") return changed;
  const known = new Set(then.former);
  return former.every((digest) => known.has(digest)) ? undefined : changed;
}

const changed = "what is on the server has changed since the plan was made";

/** A step, and where the approved plan does not contain what it would write. */
export interface Unapproved {
  readonly id: string;
  /** Why, by database; the empty name stands for the server. */
  readonly places: ReadonlyMap<string, string>;
}

/** @param now what would be written now */
export function unapproved(
  approved: Approved,
  now: readonly Pick<PlannedStep, "id" | "checksum" | "approvals">[],
  matches: (id: string, database: string) => boolean,
): Unapproved[] {
  return now.flatMap(({ id, checksum, approvals }) => {
    const step = { id, checksum, matches: (database: string) => matches(id, database) };
    const places = writtenIn(approvals).flatMap((written) => {
      const why = whyUnapproved(approved, step, written);
      return why === undefined ? [] : [[written.database ?? "", why] as const];
    });
    return places.length === 0 ? [] : [{ id, places: new Map(places) }];
  });
}
