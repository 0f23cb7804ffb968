import type { Position } from "./problem.js";

/** One file's text, and where in it an offset stands. */
export class SourceText {
  /** Offsets at which lines begin; made when the first position is asked for. */
  #lineStarts: number[] | undefined;

  constructor(
    /** As problems name it. */
    readonly file: string,
    readonly text: string,
  ) {}

  position(offset: number): Position {
    this.#lineStarts ??= lineStarts(this.text);
    const line = lastAtOrBefore(this.#lineStarts, offset);
    const start = this.#lineStarts[line] ?? 0;
    return { file: this.file, line: line + 1, column: characters(this.text.slice(start, offset)) + 1 };
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", end + 1)) starts.push(end + 1);
  return starts;
}

function lastAtOrBefore(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((sorted[middle] ?? 0) <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A character outside the basic plane is one column, not the two code units that JavaScript counts. */
function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
