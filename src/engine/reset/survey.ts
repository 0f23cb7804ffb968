/** What a reset would do now. Only reads. */
import type { ResetPlan } from "../../contract/reset.js";
import { kindOf } from "../../kinds/targets.js";
import { removedBy } from "../../kinds/traits.js";
import { refusedEnvironment } from "../../ledger/environment.js";
import type { StoredLedger } from "../../ledger/ledger.js";
import { readOtherSets } from "../../ledger/other-sets.js";
import { readLedger } from "../../ledger/store.js";
import type { Step } from "../../migrations/step.js";
import type { Target } from "../../steps/kind.js";
import { examine } from "../examine.js";
import { targetsOf } from "../places.js";
import type { Run } from "../session.js";
import { placesOfCreated, removableOf } from "./removable.js";
import { removalSteps } from "./removal-steps.js";

export interface Survey {
  readonly plan: ResetPlan;
  readonly removals: readonly { readonly step: Step; readonly target: Target }[];
  readonly stored: StoredLedger | undefined;
}

/** Throws `environment-refused` if the ledger belongs to another environment. */
export async function survey(run: Run): Promise<Survey> {
  const { couch, place, inventory } = run;
  const stored = await readLedger(couch, place);
  const refusal = refusedEnvironment(stored?.ledger, place);
  if (refusal) throw refusal;
  const existing = await inventory.look(placesOfCreated(stored?.ledger));
  const { objects, stays } = removableOf(stored?.ledger, existing, stored ? await readOtherSets(couch, place) : []);
  const plan = { databases: [] as ResetPlan["databases"][number][], objects: [] as string[], stays: [...stays] };
  const removals: Survey["removals"][number][] = [];
  for (const step of removalSteps(objects)) {
    for (const target of targetsOf(run, step, existing)) {
      const { action, refusal: why = "" } = await examine(run, step, target, true);
      if (action === "refused") {
        const objects = kindOf(step).claims(step.desired);
        plan.stays.push(...objects.map((object) => ({ object, why })));
      }
      if (action !== "remove") continue;
      removals.push({ step, target });
      const database = removedBy(step);
      if (database === undefined) plan.objects.push(kindOf(step).title(step.desired));
      else plan.databases.push({ name: database, documents: (await inventory.info(database))?.documents ?? 0 });
    }
  }
  return { plan, removals, stored };
}
