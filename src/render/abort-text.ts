/** What `stage --abort` removed, for people. */
import type { AbortResult, RemovedStaged } from "../contract/results.js";
import { count, size } from "../text/quantity.js";
import { visible } from "../text/visible.js";
import { costs } from "./apply-text.js";
import type { Style } from "./style.js";

export function abortText(result: AbortResult, { bold, dim, red }: Style): string {
  const lines = [
    `${bold(abortSummary(result))} ${dim(costs(result))}`,
    ...[...new Set(result.removed.map(({ database }) => database))].map((database) => {
      const removed = result.removed.filter((one) => one.database === database);
      const names = removed.map(({ designDoc }) => `_design/${visible(designDoc)}`).join(", ");
      return `  ${visible(database)}: ${names}${freedText(removed)}`;
    }),
    ...result.failures.flatMap(({ database, code, message, next }) => [
      `  ${red(bold(visible(database)))}: ${visible(message)} ${dim(`[${visible(code)}]`)}`,
      `    ${dim("next:")} ${visible(next)}`,
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

/** One line, also for the termination log: `Removed 3 staged indexes (4.1 GB).` */
export function abortSummary({ removed, failures }: AbortResult): string {
  const failed = failures.length > 0 ? ` Failed in ${count(failures.length, "database")}.` : "";
  if (removed.length === 0) return failed === "" ? "Nothing is staged." : failed.trim();
  return `Removed ${count(removed.length, "staged index")}${freedText(removed)}.${failed}`;
}

function freedText(removed: readonly RemovedStaged[]): string {
  const bytes = removed.reduce((sum, one) => sum + (one.bytes ?? 0), 0);
  return bytes > 0 ? ` (${size(bytes)} freed)` : "";
}
