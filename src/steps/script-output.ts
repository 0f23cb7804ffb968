/** Reports what scripts print as events, so that it never mixes with the output of the command. */
import type { Listener } from "../contract/events.js";
import { cut } from "../text/cut.js";

/** For each step, in all of its databases: the log must have room for other messages. */
export const mostLines = 1_000;
/** Characters. */
const longestLine = 1_000;

/** `undefined`: the rest of the script's output is dropped. */
export type Print = (text: string | undefined) => void;

export class ScriptOutput {
  readonly #emit: Listener;
  readonly #foreign: (text: string) => string;
  /** How many lines of a step were reported. */
  readonly #told = new Map<string, number>();

  /** @param foreign removes secrets from text that someone else wrote */
  constructor(emit: Listener, foreign: (text: string) => string) {
    this.#emit = emit;
    this.#foreign = foreign;
  }

  /**
   * Reports a text that was printed in one call. Secrets are removed before it is split into lines, because a secret
   * may have several lines.
   */
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
