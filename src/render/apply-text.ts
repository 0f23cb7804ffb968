/** The result of an apply, for people. */
import type { ApplyResult, Failure } from "../contract/results.js";
import { count, grouped, list, span } from "../text/quantity.js";
import { visible } from "../text/visible.js";
import { keptLines } from "./kept.js";
import { notApplied } from "./older.js";
import type { Style } from "./style.js";

/** @param planFile the file of the approved plan, if the run was given one */
export function applyText(result: ApplyResult, style: Style, planFile?: string): string {
  const paint = paints(style)[result.result];
  const lines = [
    `${paint(style.bold(applySummary(result, planFile)))} ${style.dim(costs(result))}`,
    ...keptStepLines(result),
    ...idLines("skipped", result.skipped),
    ...(result.older ? [`  ${style.dim("next:")} ${visible(result.older.next)}`] : []),
    ...idLines("unfinished", result.unfinished),
    ...idLines("not started", result.notReached),
    ...idLines("pending, for an apply without --part", result.part?.left ?? []),
    ...result.failures.flatMap((failure) => failureLines(failure, style)),
  ];
  return `${lines.join("\n")}\n`;
}

/** The color of each result. */
export function paints({
  green,
  red,
  yellow,
}: Style): Readonly<Record<ApplyResult["result"], (text: string) => string>> {
  return {
    applied: green,
    unchanged: (text) => text,
    older: yellow,
    failed: red,
    incomplete: yellow,
    interrupted: yellow,
  };
}

/** One line, also for the termination log: `Applied 3 steps (1 removal), adopted 2; 5 unchanged.` */
export function applySummary(result: ApplyResult, planFile?: string): string {
  const parts = [partSummary(result), stepsSummary(result), approvalSummary(result, planFile)];
  return parts.filter((text) => text !== "").join(" ");
}

/** `Approved by plan.json of 2026-05-01T10:00:00.000Z.`, if something was done. */
function approvalSummary({ approvedBy, applied, adopted, kept }: ApplyResult, planFile = "a plan"): string {
  if (!approvedBy || applied.length + adopted.length + kept.length === 0) return "";
  return `Approved by ${visible(planFile)} of ${visible(approvedBy.plannedAt)}.`;
}

/** `Part 2 of 4 of legs is done; parts left: 3, 4.` */
function partSummary({ part, result }: ApplyResult): string {
  if (!part || result === "failed" || result === "older" || result === "incomplete" || result === "interrupted")
    return "";
  const { step, number, of, open } = part;
  if (step === null || open === null) return "No pending step can be done in parts.";
  const others = open.length === 0 ? "and so are all others" : `parts left: ${list(open.map(String), 20)}`;
  return `Part ${number} of ${of} of ${visible(step)} is done${open.length === 0 ? ", " : "; "}${others}.`;
}

function stepsSummary(result: ApplyResult): string {
  const { applied, adopted, kept, unmatched, unchanged, skipped, older } = result;
  const lead = leadOf(result);
  const ended = result.result === "applied" || result.result === "unchanged";
  const recorded = adopted.length + kept.length;
  if (result.part && ended && applied.length + recorded + unmatched.length === 0) return "";
  if (older && result.result === "older" && applied.length + recorded + unmatched.length === 0) {
    return `${notApplied(older)}; ${count(skipped.length, "step")} skipped.`;
  }
  if (ended && applied.length + recorded === 0) {
    if (unmatched.length === 0) return `Nothing to do: ${count(unchanged.length, "step")} unchanged.`;
    return `Nothing to do: ${restText(result, "step")}.`;
  }
  const done = lead === "" ? capitalized(doneText(result)) : doneText(result);
  const rest = restText(result);
  return `${lead}${done}${rest === "" ? "" : `; ${rest}`}.`;
}

/** `applied 3 steps (1 removal), adopted 2`: only the first number has a noun. */
function doneText({ applied, removed, adopted, kept }: ApplyResult): string {
  const parts = (
    [
      ["applied", applied],
      ["adopted", adopted],
      ["kept", kept],
    ] as const
  ).filter(([word, ids]) => ids.length > 0 || (word === "applied" && adopted.length + kept.length === 0));
  return parts
    .map(([word, ids], i) => {
      const removals = word === "applied" && removed.length > 0 ? ` (${count(removed.length, "removal")})` : "";
      return `${word} ${i === 0 ? count(ids.length, "step") : grouped(ids.length)}${removals}`;
    })
    .join(", ");
}

/** `5 unchanged, 1 skipped`. @param noun the noun of the first number; absent: it was named before */
function restText(result: ApplyResult, noun?: string): string {
  const { unmatched, unchanged, skipped, unfinished, notReached } = result;
  const parts = (
    [
      [unmatched, "without a matching database"],
      [unchanged, "unchanged"],
      [skipped, "skipped"],
      [unfinished, "unfinished"],
      [notReached, "not started"],
    ] as const
  ).filter(([ids]) => ids.length > 0);
  return parts
    .map(([{ length }, word], i) => `${noun && i === 0 ? count(length, noun) : grouped(length)} ${word}`)
    .join(", ");
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function keptStepLines({ kept }: ApplyResult): string[] {
  return kept.flatMap(({ id, differences }) => [
    `  differences kept in ${visible(id)}:`,
    ...keptLines(differences).map((text) => `    ${text}`),
  ]);
}

function leadOf({ result, failures, older }: ApplyResult): string {
  if (failures.length > 0) return `Failed: ${list(failedIds(failures), 5)}; `;
  if (result === "incomplete") return "Incomplete: ";
  if (result === "older" && older) return `${notApplied(older)}; `;
  return result === "interrupted" ? "Interrupted: " : "";
}

function failedIds(failures: readonly Failure[]): string[] {
  return [...new Set(failures.map(({ id }) => visible(id)))];
}

/** `(12 s, 63 reads, 5 writes)`. */
export function costs({
  requests: { reads, writes },
  milliseconds,
}: Pick<ApplyResult, "requests" | "milliseconds">): string {
  return `(${span(milliseconds)}, ${count(reads, "read")}, ${count(writes, "write")})`;
}

function idLines(what: string, ids: readonly string[]): string[] {
  return ids.length === 0 ? [] : [`  ${what}: ${list(ids.map(visible), 20)}`];
}

export function failureLines({ id, database, code, message, next }: Failure, style: Style): string[] {
  const place = database === null ? "" : ` in ${visible(database)}`;
  return [
    `  ${style.red(style.bold(visible(id)))}${place}: ${visible(message)} ${style.dim(`[${visible(code)}]`)}`,
    `    ${style.dim("next:")} ${visible(next)}`,
  ];
}
