import type { Change } from "../../contract/results.js";
import { kindOf } from "../../kinds/targets.js";
import type { Step } from "../../migrations/step.js";
import type { Difference } from "../../steps/difference.js";
import { maskChanges } from "../mask-changes.js";
import type { Run } from "../session.js";
import { type Found, foundOf } from "./approvals.js";
import type { Approved } from "./approved.js";

type State = Pick<Change, "path" | "before">;

/**
 * What a write would find, with secrets masked as the approved plan masked them: that plan may have known fewer. Empty if
 * nothing is written.
 */
export function foundIn(
  { approved, secrets }: Pick<Run, "approved" | "secrets">,
  step: Step,
  { write, changes, former: { states, documents } = { states: changes } }: Difference,
): { readonly found?: Found } {
  if (write === undefined) return {};
  const unknown = approved ? unknownThen(approved, step) : (step.unknown ?? []);
  const known = new Map([...step.secrets].filter(([pointer]) => !unknown.includes(pointer)));
  const mask = (all: readonly State[]) => {
    const bare = all.map(({ path, before }) => ({ path, before, after: null }));
    return maskChanges(bare, { shown: step.shown, secrets: known, unknown }, kindOf(step).schema, secrets);
  };
  const masked = {
    states: states === "any" ? states : mask(states),
    ...(documents === undefined ? {} : { documents }),
  };
  return { found: foundOf(masked, approved ? unknown : []) };
}

/** Only secrets can be unknown: in a changed file, other fields may be named. */
function unknownThen({ steps }: Approved, { id, secrets }: Step): readonly string[] {
  return (steps.get(id)?.unknown ?? []).filter((pointer) => secrets.has(pointer));
}
