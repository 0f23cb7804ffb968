/** The result of a whole benchmark, as it is written to a file, and as people read it. */
import type { Spread, Summary } from "./summary.js";

export interface Report {
  readonly formatVersion: 1;
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly rows: readonly Summary[];
  readonly notes: readonly string[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory: number;
  readonly system: string;
  readonly node: string;
  readonly couchdb: string;
  readonly bootstrap: string;
  /**
   * The 1-minute load average before the first measurement: if it is well above 0, other programs were running, too.
   */
  readonly load: number;
}

export const columns = ["Work", "Median", "Min–max", "Against", "Median", "Min–max", "Ratio", "Target"] as const;

export function cells(row: Summary): string[] {
  const { work, unit, measured, counterpart, against = "", ratio, target, reached } = row;
  const missed = reached === false ? " ✗" : "";
  return [
    work,
    amount(measured.median, unit),
    range(measured, unit),
    against,
    counterpart ? amount(counterpart.median, unit) : "",
    counterpart ? range(counterpart, unit) : "",
    ratio === undefined ? "" : `${ratio.toFixed(2)}${missed}`,
    target === undefined ? "" : `≤ ${target}`,
  ];
}

function range({ min, max, runs }: Spread, unit: Summary["unit"]): string {
  return runs === 1 ? "" : `${amount(min, unit)}–${amount(max, unit)}`;
}

function amount(value: number, unit: Summary["unit"]): string {
  if (unit === "bytes") return `${Math.round(value)} B`;
  if (unit === "MB") return `${(value / 1e6).toFixed(1)} MB`;
  return value < 10_000 ? `${(value / 1000).toFixed(3)} s` : `${(value / 1000).toFixed(1)} s`;
}

export function asText({ rows, notes }: Report): string {
  const lines = [[...columns], ...rows.map(cells)];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  const table = lines.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [...table, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n");
}
