/** Compares the ledger with the files and the server. Sends no request that writes. */
import type { RunOptions } from "../contract/options.js";
import type { Plan, PlannedStep, Status, StatusStep, Warning } from "../contract/results.js";
import { isOfDeepAnswer } from "../couch/nesting.js";
import { entryOf } from "../ledger/entry-of.js";
import { heldFor } from "../ledger/held-for.js";
import { readHistory } from "../ledger/history.js";
import { readLease } from "../ledger/lease.js";
import type { Ledger } from "../ledger/ledger.js";
import { readOtherSets, sharedClaims } from "../ledger/other-sets.js";
import { readPartLeases } from "../ledger/part-leases.js";
import { environmentIn } from "../ledger/place.js";
import type { Migrations } from "../migrations/step.js";
import { type Assessment, assessWhenReady } from "./assess.js";
import { claimsOf } from "./claims-of.js";
import { ledgerElsewhere } from "./ledger-elsewhere.js";
import { placeSteps } from "./places.js";
import { isOfUnset, planRun } from "./plan.js";
import { type Run, withRun } from "./session.js";
import { stagedStatus } from "./stage/staged-status.js";

interface Holder {
  readonly holder: string;
  readonly since: string;
}

/**
 * How files, ledger and server compare. Sends no request that writes. Without `migrations`: what the ledger says was
 * applied, the lease and the history.
 */
export async function status(migrations: Migrations | undefined, options: RunOptions): Promise<Status> {
  return withRun(
    migrations ?? { steps: [] },
    { ...options, expectsServer: true, unknownSecrets: true },
    async (run) => {
      const seen = await assessWhenReady(run, { withRefused: true, unexamined: true });
      // The status does not run scripts, because they may take long.
      const planned = await planRun({ ...run, previews: false }, seen);
      const ledger = seen.stored?.ledger;
      const { couch, place } = run;
      const isApplicable = migrations && !planned.older && !planned.refused;
      const [lease, parts, history, others, staged] = await Promise.all([
        readLease(couch, place),
        readPartLeases(couch, place),
        historyOf(run),
        migrations ? readOtherSets(couch, place) : [],
        stagedStatus(run, isApplicable ? planned : undefined),
      ]);
      return {
        formatVersion: 1,
        set: run.place.set,
        ...environmentIn({ environment: (migrations && place.environment) ?? ledger?.environment }),
        server: planned.server,
        files: migrations !== undefined,
        steps: migrations ? stepsOf(planned.steps, ledger) : appliedSteps(ledger),
        ...(migrations && planned.older ? { older: planned.older } : {}),
        ...(ledger?.release ? { release: ledger.release.value } : {}),
        ...ledgerElsewhere(place),
        orphaned: migrations ? seen.orphaned : [],
        orphans: migrations ? planned.orphans : [],
        ...(planned.unset ? { unset: planned.unset } : {}),
        warnings: [
          ...(migrations ? [...refusedWarnings(planned), ...sharedWarnings(run, seen, others)] : []),
          ...(migrations ? planned.warnings.filter(isOfUnset) : []),
          ...history.warnings,
        ],
        ...(staged.length > 0 ? { staged } : {}),
        lease: lease && holderOf(lease),
        parts: parts.map(({ part, ...lease }) => ({ ...part, ...holderOf(lease) })),
        runs: history.runs,
      };
    },
  );
}

/** Nothing depends on the history: if someone has nested it too deeply, everything else is shown. */
async function historyOf({ couch, place }: Run): Promise<Pick<Status, "runs" | "warnings">> {
  try {
    return { runs: await readHistory(couch, place), warnings: [] };
  } catch (error) {
    if (!isOfDeepAnswer(error)) throw error;
    const what = `the last runs can't be shown, and runs are not recorded: ${error.data.what}`;
    const message = `${what}; remove that document from database ${place.database}`;
    return { runs: [], warnings: [{ code: "history-unreadable", message }] };
  }
}

/** A run would be refused; the status only shows a warning. */
function refusedWarnings({ refused }: Plan): Warning[] {
  return refused ? [{ code: refused.code, message: `${refused.message}. ${refused.next}` }] : [];
}

/** If two sets claim the same object, they overwrite each other. */
function sharedWarnings(run: Run, { existing }: Assessment, others: readonly Ledger[]): Warning[] {
  const claims = placeSteps(run, existing).map(
    ({ step, databases }) => [step.id, claimsOf(step, databases).claims ?? []] as const,
  );
  return sharedClaims(claims, others).map(({ id, claim, set, other }) => {
    const message = `the set ${set} also claims ${claim}, in its step ${other}; keep it in one of the sets`;
    return { code: "claimed-by-two-sets", message, id };
  });
}

function stepsOf(steps: readonly PlannedStep[], ledger: Ledger | undefined): StatusStep[] {
  return steps.map(({ id, kind, state, notes }) => {
    return { id, kind, state, appliedAt: entryOf(ledger, id)?.appliedAt ?? null, notes };
  });
}

function appliedSteps(ledger: Ledger | undefined): StatusStep[] {
  return Object.entries(ledger?.entries ?? {}).map(([id, { kind, appliedAt }]) => {
    return { id, kind, state: "applied", appliedAt, notes: [] };
  });
}

function holderOf({ holder, since }: Holder): Holder & { readonly millisecondsHeld?: number } {
  const millisecondsHeld = heldFor(since);
  return { holder, since, ...(millisecondsHeld === undefined ? {} : { millisecondsHeld }) };
}
