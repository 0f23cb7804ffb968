/** What a plan comes to; text and Markdown share it. Pure. */
import type { Plan, PlannedStep, Rebuild } from "../contract/results.js";
import { viewsWithExamples } from "../text/named-views.js";
import { count, grouped, list, size } from "../text/quantity.js";
import { visible } from "../text/visible.js";
import { isCounted } from "./kept.js";
import { notApplied } from "./older.js";

export type Mark = "+" | "~" | "-" | "=" | "!" | "*" | "<" | "≠" | "·" | " ";

/** Drift that this plan only shows: `apply` without `--verify` leaves it. */
export function isLeftAlone(step: PlannedStep): boolean {
  return step.state === "drifted" && !step.applies && step.action !== "refused";
}

export function markOf(step: PlannedStep): Mark {
  if (step.state === "older") return "<";
  if (isLeftAlone(step)) return "*";
  if (step.action === "none" && (step.state === "pending" || step.state === "changed")) return "·";
  return marks[step.action];
}

/** Of files that are older than what is applied, those that differ from it. */
export function shownSteps({ steps, older }: Plan): readonly PlannedStep[] {
  return steps.filter((step) => step.notes.length > 0 || (!older && markOf(step) !== " "));
}

const marks = { create: "+", update: "~", remove: "-", adopt: "=", keep: "≠", refused: "!", none: " " } as const;

export const words: Readonly<Record<Mark, string>> = {
  "+": "create",
  "~": "change",
  "-": "remove",
  "=": "adopt",
  "!": "refused",
  "*": "drifted",
  "<": "skip",
  "≠": "keep",
  "·": "no database yet for",
  " ": "unchanged",
};

/** `3 to create, 1 to change, 0 to remove, 2 to adopt; 5 unchanged`. */
export function summaryOf(plan: Plan): string {
  if (plan.refused) return `REFUSED: ${visible(plan.refused.message)}; nothing would be applied`;
  if (plan.older) return `${notApplied(plan.older)}; ${count(plan.steps.length, "step")} skipped`;
  const of = (mark: Mark) => plan.steps.filter((step) => markOf(step) === mark).length;
  const rest: readonly (readonly [Mark, string])[] = [
    [" ", "unchanged"],
    ["≠", "kept as it is"],
    ["·", "without a database that matches"],
    ["*", "drifted (apply --verify repairs it)"],
    ["!", "refused"],
  ];
  const todo = `${of("+")} to create, ${of("~")} to change, ${of("-")} to remove, ${of("=")} to adopt`;
  const said = rest
    .filter(([mark]) => mark === " " || of(mark) > 0)
    .map(([mark, word]) => `${grouped(of(mark))} ${word}`);
  return `${todo}; ${said.join(", ")}`;
}

/** Changes that are indexed before anybody notices. */
const few = 100;

/** `rebuilds by_age, by_name of _design/zerglings in zerglings over 60,000 documents (23 MB)`. */
export function rebuildLine(rebuild: Rebuild): string {
  const { database, designDoc, views, documents, bytes, reuses, pending = 0, staged } = rebuild;
  const what = views.length === 0 ? "the index" : viewsWithExamples(views.map(visible));
  const where = `of _design/${visible(designDoc)} in ${visible(database)}`;
  if (documents === 0) return `builds ${what} ${where} (no documents yet)`;
  if (reuses !== undefined) {
    const index = `the index that _design/${visible(reuses)} has, for ${what} ${where}`;
    return pending >= few ? `goes on with ${index}, which lacks ${count(pending, "change")}` : `takes up ${index}`;
  }
  const over = count(documents, "document") + (bytes ? ` (${size(bytes)})` : "");
  return `rebuilds ${what} ${where} over ${over}${staged ? ", beside what serves meanwhile" : ""}`;
}

/** What of a step's changes is shown: those of many documents are counted unless the user asks for details. */
export function shownChanges({ changes, brief }: PlannedStep, details: boolean): PlannedStep["changes"] {
  return details ? changes : (brief ?? changes);
}

/** How to see what is not shown. */
export function detailsHint(step: PlannedStep, details: boolean): string[] {
  return (step.brief || isCounted(step.kept ?? [])) && !details
    ? ["`--details` shows the first ones field by field"]
    : [];
}

/** Databases that do not all fare alike, or are more than one. */
export function databaseLines(step: PlannedStep): string[] {
  const groups = new Map<string, string[]>();
  for (const [database, { state, action }] of Object.entries(step.databases)) {
    const fate = action === "none" ? state : action;
    groups.set(fate, [...(groups.get(fate) ?? []), visible(database)]);
  }
  if (Object.keys(step.databases).length < 2) return [];
  return [...groups].map(([fate, names]) => `${fate}: ${list(names, 20)}`);
}

/** Warnings that no step's notes hold already. */
export function otherWarnings(plan: Plan): string[] {
  const noted = new Set(plan.steps.flatMap((step) => step.notes));
  return [...new Set(plan.warnings.filter(({ message }) => !noted.has(message)).map(({ message }) => message))];
}
