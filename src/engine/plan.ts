/** What `apply` would do. Sends no request that writes. */
import type { RunOptions } from "../contract/options.js";
import type {
  Change,
  Kept,
  Plan,
  PlannedDatabase,
  PlannedStep,
  StepAction,
  StepState,
  Warning,
} from "../contract/results.js";
import { fragileIn } from "../couch/proxy-paths.js";
import { hasOnlyPatterns, kindOf, placeIn } from "../kinds/targets.js";
import { createdBy, isBootstrap, isOnce, isRemoval, isVolatile, needsAllNodes, removedBy } from "../kinds/traits.js";
import { environmentIn } from "../ledger/place.js";
import type { Migrations, Step } from "../migrations/step.js";
import { unsetNames } from "../migrations/unset.js";
import { underPolicies } from "../policies/index.js";
import { noMatch } from "../text/step-notes.js";
import { version } from "../version.js";
import { approvalsOf, type Written } from "./approval/approvals.js";
import { type Assessment, assessWhenReady } from "./assess.js";
import { claimsOf } from "./claims-of.js";
import { type Decision, refusalText } from "./decide.js";
import { databaseByDatabase, examineInDetail, type Finding, missingDatabase, nothingToDo, refusal } from "./examine.js";
import { ledgerElsewhere } from "./ledger-elsewhere.js";
import { namingSteps } from "./nodes-closed.js";
import { isOfOnePlace } from "./of-one-place.js";
import type { FirstLook } from "./open-server.js";
import { type Claimer, describeOrphans } from "./orphans.js";
import { placeSteps } from "./places.js";
import { previewLimits } from "./preview-limits.js";
import { placedChanges } from "./same-changes.js";
import { type Run, withRun } from "./session.js";
import { whyTooLarge } from "./too-large.js";
import { withoutSecrets } from "./without-secrets.js";

/** What `apply` would do, field by field. Sends no request that writes. */
export function plan(migrations: Migrations, options: RunOptions): Promise<Plan>;
/**
 * @param first the state to continue from, if the first request was sent already
 * @internal
 */
export function plan(migrations: Migrations, options: RunOptions, first?: FirstLook): Promise<Plan>;
export async function plan(migrations: Migrations, options: RunOptions, first?: FirstLook): Promise<Plan> {
  return withRun(migrations, { ...options, expectsServer: true, unknownSecrets: true, first }, async (run) => {
    const seen = await assessWhenReady(run, { withoutLedger: true, withRefused: true, unexamined: true });
    const planned = underPolicies(await planRun(run, seen), run.policies);
    if (planned.older) run.emit({ type: "older", steps: planned.steps.length, older: planned.older });
    const pending = new Set(planned.steps.flatMap(({ id, applies }) => (applies ? [id] : [])));
    await run.couch.assertPathsKept(fragileNames(run.steps.filter(({ id }) => pending.has(id))));
    return planned;
  });
}

/** One step in one database, or on the server (`database` undefined). */
interface Item {
  readonly database: string | undefined;
  readonly exists: boolean;
  readonly due: boolean;
}

interface Examined extends Item {
  readonly difference: Finding;
  /** It could not be examined: the refusal says why. */
  readonly unseen?: true;
}

/**
 * @param only ids of the steps to examine. Absent: all.
 * @internal
 */
export async function planRun(run: Run, seen: Assessment, only?: ReadonlySet<string>): Promise<Plan> {
  const made = new Set(seen.existing.keys());
  const work = seen.decisions.map((decision) => {
    const items = only && !only.has(decision.step.id) ? [] : itemsOf(run, decision, seen, made);
    for (const created of createdBy(decision.step)) made.add(created);
    const removed = removedBy(decision.step);
    if (removed !== undefined) made.delete(removed);
    return { decision, items };
  });
  const items = work.flatMap(({ decision, items }) => items.map((item) => ({ decision, ...item })));
  const found = await namingSteps(run.steps, () =>
    databaseByDatabase(run, items, async ({ decision, ...item }) => ({
      decision,
      one: await examineItem(run, decision, item),
    })),
  );
  const examined = new Map(work.map(({ decision }): [Decision, Examined[]] => [decision, []]));
  for (const { decision, one } of found) examined.get(decision)?.push(one);
  const seenSteps = [...examined].map(([decision, all]) => ({ step: decision.step, decision, examined: all }));
  const limits = run.previews === false ? [] : previewLimits(seenSteps);
  const { refusal } = seen;
  const nodesChange = seenSteps.findIndex(({ step, examined }) => isBootstrap(step) && examined.some(isWritten));
  const steps = seenSteps.map(({ decision, examined }, i) =>
    planned(run, decision, examined, {
      previewWithout: limits[i] ?? [],
      afterBootstrap: nodesChange !== -1 && i > nodesChange,
    }),
  );
  const shown = steps.map((step) => (refusal ? withoutWork(step.plan) : step.plan));
  const unset = unsetNames(run.migrations.unset);
  const warnings = [
    ...ledgerWarnings(seen),
    ...revertWarnings(seen),
    ...unsetWarnings(unset),
    ...steps.flatMap((step) => step.warnings),
  ];
  return {
    formatVersion: 1,
    version,
    plannedAt: new Date().toISOString(),
    set: run.place.set,
    ...environmentIn(run.place),
    server: { url: run.couch.url, version: await run.couch.version() },
    serverId: seen.stored?.ledger.server?.id ?? null,
    changes: shown.filter(({ applies }) => applies).length,
    steps: shown,
    ...(seen.files.older ? { older: seen.files.older } : {}),
    ...(refusal ? { refused: { code: refusal.code, message: refusal.message, next: refusal.next } } : {}),
    ...ledgerElsewhere(run.place),
    orphaned: seen.orphaned,
    orphans: describeOrphans(seen.orphaned, seen.files.renamed.ledger, run.place, claimersIn(run, seen)),
    ...(unset.length > 0 ? { unset } : {}),
    warnings,
    verify: run.verify,
    allowRevert: run.allowRevert,
  };
}

function withoutWork({ approvals: _, ...step }: PlannedStep): PlannedStep {
  return { ...step, applies: false };
}

function isWritten({ difference: { action } }: Examined): boolean {
  return changesServer.has(action);
}

/** The step that claims each object. Only computed if there are orphans. */
function claimersIn(run: Run, { orphaned, existing, decisions }: Assessment): Map<string, Claimer> {
  if (orphaned.length === 0) return new Map();
  const applied = new Set(decisions.flatMap(({ step, state }) => (state === "applied" ? step.id : [])));
  return new Map(
    placeSteps(run, existing).flatMap(({ step, databases }) => {
      const removed = removedBy(step);
      const isDone = applied.has(step.id) || (removed !== undefined && !existing.has(removed));
      const removes = isDone ? ("has" as const) : ("will" as const);
      const claimer = { id: step.id, ...(isRemoval(step) ? { removes } : {}) };
      // A deleted database is no longer a place to work in, but it is still claimed.
      const places = removed === undefined ? databases : [removed];
      return (claimsOf(step, places).claims ?? []).map((claim) => [claim, claimer] as const);
    }),
  );
}

/** A user who may only read the databases can make a plan; then it is unknown what was applied. */
function ledgerWarnings({ unread }: Assessment): Warning[] {
  if (!unread) return [];
  const message = `the ledger can't be read, so every step was compared with the server; the plan does not know what was applied, or from which version of the files (${unread.message})`;
  return [{ code: "ledger-unread", message }];
}

/** The warnings of `apply` after it has reverted. */
function revertWarnings({ files: { standing } }: Assessment): Warning[] {
  if (standing.is !== "newer" || !standing.reverts) return [];
  const message =
    "--allow-revert is set: apply makes these older files the newest, and the files that are applied now become older";
  return [{ code: "reverted", message }];
}

const unsetCode = "unset-variables";

/** @internal */
export function isOfUnset({ code }: Warning): boolean {
  return code === unsetCode;
}

function unsetWarnings(names: readonly string[]): Warning[] {
  if (names.length === 0) return [];
  const [are, them] = names.length === 1 ? ["is", "it"] : ["are", "them"];
  const message = `${names.join(", ")} ${are} not set: secrets that use ${them} are unknown and were not compared with the server; apply needs every value, and may set or change these secrets`;
  return [{ code: unsetCode, message }];
}

/** Characters in names that steps would send in paths. Documents are sent in bodies. */
function fragileNames(steps: readonly Step[]): string {
  const claims = steps.flatMap((step) => kindOf(step).claims(step.desired));
  const names = claims.filter((claim) => !/^documents?\//.test(claim));
  const hasSlash = names.some((name) => name.split("/").length > (name.startsWith("database/") ? 2 : 3));
  return fragileIn(encodeURIComponent(names.join("").replaceAll("/", "") + (hasSlash ? "/" : "")));
}

function itemsOf(
  run: Run,
  decision: Decision,
  seen: Assessment,
  made: ReadonlySet<string>,
): (Item & { blocked: boolean })[] {
  const kind = kindOf(decision.step);
  if (decision.state === "older") return [];
  if (decision.refusal) return [{ database: undefined, exists: true, due: true, blocked: false }];
  if (kind.scope === "server") {
    return [{ database: undefined, exists: true, due: decision.state !== "applied", blocked: false }];
  }
  const created = createdBy(decision.step);
  return placeIn(decision.step, made, run.place.database).map((database) => ({
    database,
    exists: seen.existing.has(database),
    due: decision.databases.has(database) || !seen.existing.has(database),
    blocked: !made.has(database) && !created.includes(database),
  }));
}

async function examineItem(run: Run, decision: Decision, item: Item & { blocked: boolean }): Promise<Examined> {
  const target = item.database === undefined ? {} : { database: item.database };
  const missing = item.blocked && item.database ? missingDatabase(item.database) : undefined;
  const ofFiles = decision.refusal ? refusalText(decision.refusal) : missing;
  const refused = ofFiles ?? (item.due ? await whyTooLarge(run, decision.step) : undefined);
  if (refused !== undefined) return { ...item, difference: refusal(refused) };
  // A one-time step is not examined again: the data may have changed since.
  if (!item.due && isOnce(decision.step)) return { ...item, difference: nothingToDo };
  try {
    return { ...item, difference: await examineInDetail(run, decision.step, target, item.exists) };
  } catch (thrown) {
    const error = withoutSecrets(thrown, run.secrets);
    if (!isOfOnePlace(error)) throw error;
    const where = item.database === undefined ? "" : `database ${item.database}: `;
    return { ...item, difference: refusal(where + error.message), unseen: true };
  }
}

/** What earlier steps do first. */
interface Before {
  /** Ids of steps that change documents on which the preview depends. */
  readonly previewWithout: readonly string[];
  /** The cluster gets other nodes. */
  readonly afterBootstrap: boolean;
}

function planned(
  run: Run,
  decision: Decision,
  examined: readonly Examined[],
  { previewWithout, afterBootstrap }: Before,
): { plan: PlannedStep; warnings: Warning[] } {
  const { step } = decision;
  const kind = kindOf(step);
  const databases: Record<string, PlannedDatabase> = {};
  for (const one of examined) {
    if (one.database !== undefined) databases[one.database] = { state: stateOf(one, decision), action: actionOf(one) };
  }
  const states = examined.map((one) => stateOf(one, decision));
  // Drift in a database while work in another is due: shown, but not repaired.
  const told = examined.filter((one) => decision.state === "applied" || run.verify || one.due);
  const several = examined.length > 1;
  const changesOf = (of: (difference: Finding) => readonly Change[]) =>
    placedChanges(
      told.map(({ database, difference }) => ({ database: several ? database : undefined, changes: of(difference) })),
    );
  const placed = ({ database }: Examined, kept: readonly Kept[]) =>
    kept.map((one) => (several && database !== undefined ? { ...one, database } : one));
  const refusals = told.flatMap((one) => one.difference.refusal ?? []);
  const warnings = told.flatMap((one) => one.difference.warnings);
  const drifted = decision.state === "applied" && states.includes("drifted");
  const unmatched = isUnmatched(decision, examined);
  const action = unmatched ? "none" : wholeAction(decision, told.map(actionOf));
  const repairs = !drifted || run.verify || isVolatile(step);
  const applies = changesServer.has(action) && repairs;
  const changesFirst = previewWithout.length > 0 || (afterBootstrap && needsAllNodes(step));
  const approvals = repairs ? approvalsOf(writtenBy(told, changesFirst)) : [];
  return {
    plan: {
      id: step.id,
      kind: step.kind,
      checksum: step.checksum,
      file: step.position.file,
      line: step.position.line,
      ...(step.description === undefined ? {} : { description: step.description }),
      state: drifted ? "drifted" : decision.state,
      action,
      target: kind.title(step.shown),
      databases,
      changes: changesOf(({ changes }) => changes),
      ...(told.some((one) => one.difference.counted)
        ? { brief: changesOf(({ changes, counted }) => counted ?? changes) }
        : {}),
      ...(told.some((one) => one.difference.kept)
        ? { kept: told.flatMap((one) => placed(one, one.difference.kept ?? [])) }
        : {}),
      rebuilds: told.flatMap((one) => one.difference.rebuilds),
      ...(step.unknown ? { unknown: step.unknown } : {}),
      ...(previewWithout.length > 0 ? { previewWithout } : {}),
      applies,
      ...(action === "refused" && told.some(({ unseen }) => unseen) && !told.some(isRefusal) ? { unread: true } : {}),
      ...(approvals.length > 0 ? { approvals } : {}),
      notes: [
        ...new Set([
          ...refusals,
          ...decision.notes,
          ...(refusals.length > 0 ? [] : told.flatMap((one) => one.difference.notes ?? [])),
          ...warnings.map(({ message }) => message),
          ...(unmatched ? [noMatch] : []),
          ...limitNotes(previewWithout),
        ]),
      ],
    },
    warnings: warnings.map((warning) => ({ ...warning, id: step.id })),
  };
}

/** @param changesFirst earlier steps change what they would find */
function writtenBy(examined: readonly Examined[], changesFirst: boolean): Written[] {
  return examined.flatMap(({ database, difference: { action, found } }) => {
    if (!found || action === "none" || action === "refused") return [];
    return [{ action, database, ...found, ...(changesFirst ? { former: "any" } : {}) }];
  });
}

function limitNotes(ids: readonly string[]): string[] {
  if (ids.length === 0) return [];
  return [
    `the preview shows the documents as they are now: it does not include what ${ids.join(", ")} will change first`,
  ];
}

/** The step will be recorded, but there is no database to work in. */
function isUnmatched({ step, state }: Decision, examined: readonly Examined[]): boolean {
  return examined.length === 0 && (state === "pending" || state === "changed") && hasOnlyPatterns(step);
}

function isRefusal({ difference, unseen }: Examined): boolean {
  return difference.action === "refused" && unseen === undefined;
}

const changesServer: ReadonlySet<StepAction> = new Set(["create", "update", "remove"]);

function stateOf(one: Examined, decision: Decision): StepState {
  if (one.due) return decision.state === "applied" ? "pending" : decision.state;
  return one.difference.action === "none" || one.unseen ? "applied" : "drifted";
}

function actionOf(one: Examined): StepAction {
  if (one.difference.action !== "none") return one.difference.action;
  if (one.difference.kept) return "keep";
  return one.due ? "adopt" : "none";
}

function wholeAction(decision: Decision, actions: readonly StepAction[]): StepAction {
  const order: readonly StepAction[] = ["refused", "update", "remove", "create", "keep", "adopt"];
  const first = order.find((action) => actions.includes(action));
  if (first) return first;
  // What does not exist does not have to be removed.
  return decision.state === "pending" || decision.state === "changed" ? "adopt" : "none";
}
