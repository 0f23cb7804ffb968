/** The summary of a plan, shared by text and Markdown. Pure. */
import type { Plan, PlannedStep, Rebuild, StepState } from "../contract/results.js";
import { viewsWithExamples } from "../text/named-views.js";
import { noMatch } from "../text/no-match.js";
import { count, grouped, list, size } from "../text/quantity.js";
import { visible } from "../text/visible.js";
import { isCounted } from "./kept.js";
import { notApplied } from "./older.js";
import { alreadyAbsent, removes, verbOf } from "./removal.js";

export type Mark = "+" | "~" | "-" | "=" | "!" | "?" | "*" | "<" | "≠" | "·" | " ";

/** Drift that this plan only shows: `apply` without `--verify` does not repair it. */
export function isLeftAlone(step: PlannedStep): boolean {
  return step.state === "drifted" && !step.applies && step.action !== "refused";
}

export function markOf(step: PlannedStep): Mark {
  if (step.state === "older") return "<";
  if (isLeftAlone(step)) return "*";
  if (step.action === "none" && (step.state === "pending" || step.state === "changed")) return "·";
  return step.unread ? "?" : marks[step.action];
}

/** For files that are older than what is applied, only the steps that differ. The most important ones come first. */
export function shownSteps({ steps, older }: Plan): readonly PlannedStep[] {
  const shown = steps.filter((step) => step.notes.length > 0 || (!older && markOf(step) !== " "));
  return [...first.flatMap((mark) => shown.filter((step) => markOf(step) === mark)), ...shown.filter(isOther)];
}

const marks = { create: "+", update: "~", remove: "-", adopt: "=", keep: "≠", refused: "!", none: " " } as const;

/** These come first, in this order; all others stay in the order of the files. */
const first: readonly Mark[] = ["!", "?", "-"];

function isOther(step: PlannedStep): boolean {
  return !first.includes(markOf(step));
}

/** `create database zerglings`: what happens to the step's object. */
export function headline(step: PlannedStep, mark: Mark, target: string): string {
  if (mark === "!") return `cannot ${verbOf(step)} ${target}`;
  if (mark === "=" && removes(step)) return alreadyAbsent(target);
  return `${words[mark]} ${target}`;
}

const words: Readonly<Record<Exclude<Mark, "!">, string>> = {
  "+": "create",
  "~": "change",
  "-": "remove",
  "=": "adopt",
  "?": "cannot read",
  "*": "drift in",
  "<": "skip",
  "≠": "keep",
  "·": `${noMatch} for`,
  " ": "unchanged",
};

/** The notes of a step that are shown below its headline. */
export function shownNotes(step: PlannedStep): readonly string[] {
  return step.notes.filter((note) => note !== noMatch);
}

/** `1 refused; 3 to create, 1 to change, 0 to remove, 2 to adopt; 5 unchanged`. */
export function summaryOf(plan: Plan): string {
  if (plan.refused) return `REFUSED: ${visible(plan.refused.message)}; nothing would be applied`;
  if (plan.older) return `${notApplied(plan.older)}; \`apply\` would skip them`;
  const { refused, todo, rest } = countsOf(plan);
  return [refused, todo, rest].filter((text) => text !== "").join("; ");
}

/** For a plan that changes nothing: `5 unchanged, 1 kept`. */
export function restOf(plan: Plan): string {
  return countsOf(plan).rest;
}

/** `, 1 refused`: must always be part of a headline. */
export function refusedOf(plan: Plan): string {
  const { refused } = countsOf(plan);
  return refused === "" ? "" : `, ${refused}`;
}

function countsOf({ steps }: Plan): { readonly refused: string; readonly todo: string; readonly rest: string } {
  const of = (mark: Mark) => steps.filter((step) => markOf(step) === mark).length;
  const text = (...counted: readonly (readonly [Mark, string])[]) =>
    counted.filter(([mark]) => of(mark) > 0).map(([mark, word]) => `${grouped(of(mark))} ${word}`);
  const always = [`${of("+")} to create`, `${of("~")} to change`, `${of("-")} to remove`];
  return {
    refused: text(["!", "refused"], ["?", "unreadable"]).join(", "),
    todo: [...always, ...text(["=", "to adopt"])].join(", "),
    rest: text(
      [" ", "unchanged"],
      ["≠", "kept"],
      ["·", "without a matching database"],
      ["*", "drifted (apply --verify repairs drift)"],
    ).join(", "),
  };
}

/** So few changes are indexed within moments. */
const few = 100;

/** One line per index; one line for all databases if it has no documents. */
export function rebuildLines(rebuilds: readonly Rebuild[]): string[] {
  const empty = new Map<string, Rebuild[]>();
  for (const rebuild of rebuilds.filter(({ documents }) => documents === 0)) {
    const key = JSON.stringify([rebuild.designDoc, rebuild.views]);
    empty.set(key, [...(empty.get(key) ?? []), rebuild]);
  }
  const joined = [...empty.values()].flatMap(([first, ...others]) => {
    const databases = [first, ...others].flatMap((one) => one?.database ?? []);
    return first ? { ...first, database: list(databases, 20) } : [];
  });
  return [...joined, ...rebuilds.filter(({ documents }) => documents > 0)].map(rebuildLine);
}

/** `rebuilds by_age, by_name of _design/zerglings in zerglings over 60,000 documents (23 MB)`. */
function rebuildLine(rebuild: Rebuild): string {
  const { database, designDoc, views, documents, bytes, reuses, pending = 0, staged } = rebuild;
  const what = views.length === 0 ? "the index" : viewsWithExamples(views.map(visible));
  const where = `of _design/${visible(designDoc)} in ${visible(database)}`;
  if (documents === 0) return `builds ${what} ${where} (no documents yet)`;
  if (reuses !== undefined) {
    const index = `the index of _design/${visible(reuses)} for ${what} ${where}`;
    return pending >= few ? `continues ${index}, which lacks ${count(pending, "change")}` : `reuses ${index}`;
  }
  const over = count(documents, "document") + (bytes ? ` (${size(bytes)})` : "");
  return `rebuilds ${what} ${where} over ${over}${staged ? "; the old index serves meanwhile" : ""}`;
}

/** The shown changes of a step: for many documents, only the number, unless the user asks for details. */
export function shownChanges({ changes, brief }: PlannedStep, details: boolean): PlannedStep["changes"] {
  return details ? changes : (brief ?? changes);
}

/** How to see what is omitted. */
export function detailsHint(step: PlannedStep, details: boolean): string[] {
  return (step.brief || isCounted(step.kept ?? [])) && !details
    ? ["`--details` shows the first ones field by field"]
    : [];
}

/** For a step in several databases: what happens in each, unless the changes show it. */
export function databaseLines(step: PlannedStep): string[] {
  const databases = Object.entries(step.databases);
  if (databases.length < 2) return [];
  const isDrift = (state: StepState) => state === "drifted" && isLeftAlone(step);
  const groups = new Map<string, string[]>();
  for (const [database, { state, action }] of databases) {
    const fate =
      action === "none" && state === "applied" ? "already applied" : isDrift(state) ? "drift" : fates[action];
    groups.set(fate, [...(groups.get(fate) ?? []), visible(database)]);
  }
  const [only, ...others] = groups;
  if (only && others.length === 0) {
    const isSaid = step.changes.some(({ database }) => database !== undefined);
    return isSaid ? [] : [`in ${list(only[1], 20)}`];
  }
  return [...groups].map(([fate, names]) => `in ${list(names, 20)}: ${fate}`);
}

const fates = {
  create: "create",
  update: "change",
  remove: "remove",
  adopt: "adopt",
  keep: "keep",
  none: "nothing to do",
  refused: "refused",
} as const;

/** Warnings that are not among any step's notes. */
export function otherWarnings(plan: Plan): string[] {
  const noted = new Set(plan.steps.flatMap((step) => step.notes));
  return [...new Set(plan.warnings.filter(({ message }) => !noted.has(message)).map(({ message }) => message))];
}
