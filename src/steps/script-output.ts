/** What scripts print, as events, so that it never mixes with the output of the command. */
import type { Listener } from "../contract/events.js";
import { cut } from "../text/cut.js";

/** For each step, however many databases its scripts work in: a log has room for more than them. */
export const mostLines = 1_000;
/** Characters. */
const longestLine = 1_000;

/** `undefined`: the rest of what the script prints is left out. */
export type Print = (text: string | undefined) => void;

export class ScriptOutput {
  readonly #emit: Listener;
  readonly #foreign: (text: string) => string;
  /** How many lines of a step were reported. */
  readonly #told = new Map<string, number>();

  /** @param foreign takes secrets out of what somebody else wrote */
  constructor(emit: Listener, foreign: (text: string) => string) {
    this.#emit = emit;
    this.#foreign = foreign;
  }

  /** A text that was printed at once. Its secrets are taken out before it is divided, for one may have several lines. */
  print(place: { readonly id: string; readonly database?: string }, text: string | undefined): void {
    const told = this.#told.get(place.id) ?? 0;
    if (told > mostLines) return;
    const lines = text === undefined ? [] : linesOf(this.#foreign(text));
    for (const line of lines.slice(0, mostLines - told)) this.#emit({ type: "script-output", ...place, text: line });
    const isFull = text === undefined || told + lines.length > mostLines;
    if (isFull) this.#emit({ type: "script-output", id: place.id });
    this.#told.set(place.id, isFull ? Number.POSITIVE_INFINITY : told + lines.length);
  }
}

function linesOf(text: string): string[] {
  return text
    .replace(/\r?\n$/, "")
    .split(/\r?\n/)
    .map((line) => cut(line, longestLine));
}
