/** Summarises measurements as the rows of the table. Pure. */
import type { Row } from "./scenario.js";

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

export interface Summary extends Row {
  readonly measured: Spread;
  readonly counterpart?: Spread;
  /** The ratio of the medians. */
  readonly ratio?: number;
  readonly reached?: boolean;
}

export function summarize(row: Row, measured: ReadonlyMap<string, readonly number[]>): Summary {
  const ours = spread(measured.get(row.ours) ?? []);
  if (row.theirs === undefined) return { ...row, measured: ours };
  const counterpart = spread(measured.get(row.theirs) ?? []);
  const ratio = ours.median / counterpart.median;
  const reached = row.target === undefined ? {} : { reached: ratio <= row.target };
  return { ...row, measured: ours, counterpart, ratio, ...reached };
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
    runs: sorted.length,
  };
}
