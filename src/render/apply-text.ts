/** What an apply did, for people. */
import type { ApplyResult, Failure } from "../contract/results.js";
import { noMatch } from "../text/no-match.js";
import { count, list, span } from "../text/quantity.js";
import { visible } from "../text/visible.js";
import { keptLines } from "./kept.js";
import { notApplied } from "./older.js";
import type { Style } from "./style.js";

export function applyText(result: ApplyResult, style: Style): string {
  const paint = paints(style)[result.result];
  const lines = [
    `${paint(style.bold(applySummary(result)))} ${style.dim(costs(result))}`,
    ...keptStepLines(result),
    ...idLines(noMatch, result.unmatched),
    ...idLines("skipped", result.skipped),
    ...(result.older ? [`  ${style.dim("next:")} ${visible(result.older.next)}`] : []),
    ...idLines("not done yet", result.unfinished),
    ...idLines("not begun", result.notReached),
    ...idLines("pending, left to an apply without --part", result.part?.left ?? []),
    ...result.failures.flatMap((failure) => failureLines(failure, style)),
  ];
  return `${lines.join("\n")}\n`;
}

function paints({ green, red, yellow }: Style): Readonly<Record<ApplyResult["result"], (text: string) => string>> {
  return {
    applied: green,
    unchanged: (text) => text,
    older: yellow,
    failed: red,
    "come-again": yellow,
    interrupted: yellow,
  };
}

/** One line, also for the termination log: `Applied 3 steps, adopted 2; 5 unchanged.` */
export function applySummary(result: ApplyResult): string {
  return [partSummary(result), stepsSummary(result)].filter((text) => text !== "").join(" ");
}

/** `Part 2 of 4 of legs is done; still to be done: 3, 4.` */
function partSummary({ part, result }: ApplyResult): string {
  if (!part || result === "failed" || result === "older" || result === "come-again" || result === "interrupted")
    return "";
  const { step, number, of, open } = part;
  if (step === null || open === null) return "No step is pending that can be done in parts.";
  const others = open.length === 0 ? "and so are all others" : `still to be done: ${list(open.map(String), 20)}`;
  return `Part ${number} of ${of} of ${visible(step)} is done${open.length === 0 ? ", " : "; "}${others}.`;
}

function stepsSummary(result: ApplyResult): string {
  const { applied, adopted, kept, unmatched, unchanged, skipped, older, unfinished, notReached } = result;
  const first = leads(result);
  const ended = result.result === "applied" || result.result === "unchanged";
  const recorded = adopted.length + kept.length + unmatched.length;
  if (result.part && ended && applied.length + recorded === 0) return "";
  const isOlder = older !== undefined && applied.length + recorded === 0;
  if (isOlder && result.result === "older") return `${notApplied(older)}; ${count(skipped.length, "step")} skipped.`;
  if (result.result === "unchanged" && recorded === 0) {
    return `Nothing to do: ${count(unchanged.length, "step")} unchanged.`;
  }
  const done = [
    `${first === "" ? "Applied" : "applied"} ${count(applied.length, "step")}`,
    ...(adopted.length > 0 ? [`adopted ${adopted.length}`] : []),
    ...(kept.length > 0 ? [`kept ${kept.length}`] : []),
  ].join(", ");
  const rest = [
    ...(unmatched.length > 0 ? [`${unmatched.length} without a database that matches`] : []),
    ...(unchanged.length > 0 ? [`${unchanged.length} unchanged`] : []),
    ...(skipped.length > 0 ? [`${skipped.length} skipped`] : []),
    ...(unfinished.length > 0 ? [`${unfinished.length} not done yet`] : []),
    ...(notReached.length > 0 ? [`${notReached.length} not begun`] : []),
  ].join(", ");
  return `${first}${done}${rest === "" ? "" : `; ${rest}`}.`;
}

function keptStepLines({ kept }: ApplyResult): string[] {
  return kept.flatMap(({ id, differences }) => [
    `  kept, though the files differ: ${visible(id)}`,
    ...keptLines(differences).map((text) => `    ${text}`),
  ]);
}

function leads({ result, failures, older }: ApplyResult): string {
  if (failures.length > 0) return `Failed: ${list(failedIds(failures), 5)}; `;
  if (result === "come-again") return "Come again: ";
  if (result === "older" && older) return `${notApplied(older)}; `;
  return result === "interrupted" ? "Interrupted: " : "";
}

function failedIds(failures: readonly Failure[]): string[] {
  return [...new Set(failures.map(({ id }) => visible(id)))];
}

function costs({ requests: { reads, writes }, milliseconds }: ApplyResult): string {
  return `(${span(milliseconds)}, ${count(reads, "read")}, ${count(writes, "write")})`;
}

function idLines(what: string, ids: readonly string[]): string[] {
  return ids.length === 0 ? [] : [`  ${what}: ${list(ids.map(visible), 20)}`];
}

function failureLines({ id, database, code, message, next }: Failure, style: Style): string[] {
  const place = database === null ? "" : ` in ${visible(database)}`;
  return [
    `  ${style.red(style.bold(visible(id)))}${place}: ${visible(message)} ${style.dim(`[${visible(code)}]`)}`,
    `    ${style.dim("next:")} ${visible(next)}`,
  ];
}
