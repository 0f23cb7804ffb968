import type { Position } from "../contract/problem.js";

/** The text of one file; computes the line and column of an offset. */
export class SourceText {
  /** Offsets at which lines begin; computed when the first position is needed. */
  #lineStarts: number[] | undefined;
  #last = { line: 0, offset: 0, column: 0 };

  constructor(
    /** The name in problems. */
    readonly file: string,
    readonly text: string,
  ) {}

  line(offset: number): number {
    this.#lineStarts ??= lineStarts(this.text);
    return lastAtOrBefore(this.#lineStarts, offset) + 1;
  }

  position(offset: number): Position {
    const line = this.line(offset);
    const start = this.#lineStarts?.[line - 1] ?? 0;
    // In a file with one long line, counting from its beginning each time would take hours.
    const known = this.#last.line === line && this.#last.offset <= offset ? this.#last : { offset: start, column: 1 };
    const column = known.column + characters(this.text.slice(known.offset, offset));
    this.#last = { line, offset, column };
    return { file: this.file, line, column };
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

/** A character outside the basic plane is one column, not two code units as in JavaScript. */
function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
