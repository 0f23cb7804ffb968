/** The result of a `stage`, for people. */
import type { StagedIndex, StageResult } from "../contract/results.js";
import { count, list } from "../text/quantity.js";
import { visible } from "../text/visible.js";
import { costs, failureLines } from "./apply-text.js";
import { notStaged } from "./older.js";
import type { Style } from "./style.js";

export function stageText(result: StageResult, style: Style): string {
  const lines = [
    `${paints(style)[result.result](style.bold(stageSummary(result)))} ${style.dim(costs(result))}`,
    ...groupLines("ready", result.staged),
    ...groupLines("deployed meanwhile", result.deployed),
    ...groupLines("replaced an older staged version of", result.replaced, " "),
    ...groupLines("unfinished", result.unfinished),
    ...(result.older ? [`  ${style.dim("next:")} ${visible(result.older.next)}`] : []),
    ...result.failures.flatMap((failure) => failureLines(failure, style)),
  ];
  return `${lines.join("\n")}\n`;
}

function paints({ green, red, yellow }: Style): Readonly<Record<StageResult["result"], (text: string) => string>> {
  return {
    staged: green,
    unchanged: (text) => text,
    older: yellow,
    failed: red,
    incomplete: yellow,
    interrupted: yellow,
  };
}

/** One line, also for the termination log: `Staged 3 indexes; the next apply switches to them.` */
export function stageSummary(result: StageResult): string {
  const { staged, deployed, unfinished, nothingAhead, older, skipped } = result;
  if (older) return `${notStaged(older)}; ${count(skipped.length, "step")} skipped.`;
  const parts = [
    ...(staged.length > 0 ? [`${count(staged.length, "index")} ready to switch`] : []),
    ...(deployed.length > 0 ? [`${count(deployed.length, "index")} deployed meanwhile`] : []),
    ...(unfinished.length > 0 ? [`${count(unfinished.length, "index")} unfinished`] : []),
    ...(nothingAhead > 0 ? [`nothing to build ahead in ${count(nothingAhead, "database")}`] : []),
  ];
  const none = result.result === "unchanged" ? "nothing to build ahead" : "nothing is ready to switch";
  return `${leadOf(result)}${parts.length > 0 ? parts.join(", ") : none}.`;
}

function leadOf({ result, failures }: StageResult): string {
  const ids = [...new Set(failures.map(({ id }) => visible(id)))];
  if (ids.length > 0) return `Failed: ${list(ids, 5)}; `;
  const leads = { staged: "Staged: ", unchanged: "Nothing staged: ", older: "", failed: "Failed: " } as const;
  if (result === "incomplete") return "Incomplete: ";
  return result === "interrupted" ? "Interrupted: " : leads[result];
}

/** `ready: _design/brood in 3 databases (a, b, c)`: one line for each design document. */
function groupLines(what: string, indexes: readonly StagedIndex[], separator = ": "): string[] {
  return [...new Set(indexes.map(({ designDoc }) => designDoc))].map((designDoc) => {
    const databases = indexes.filter((one) => one.designDoc === designDoc).map(({ database }) => visible(database));
    return `  ${what}${separator}_design/${visible(designDoc)} in ${list(databases.sort(), 10)}`;
  });
}
