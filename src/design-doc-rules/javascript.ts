/** JavaScript as CouchDB's newest engine parses it. */
import type { FunctionExpression, Options, Program } from "acorn";

/** The newest JavaScript that QuickJS in CouchDB 3.5 supports completely; of ES2024 it lacks the `v` flag. */
export const syntax = { ecmaVersion: 2023, sourceType: "script", ranges: true } as const satisfies Options;

export interface SyntaxFault {
  /** In code units, starting from 0. */
  readonly offset: number;
  readonly message: string;
}

export type Faulty = { readonly fault: SyntaxFault };

export interface Parsed {
  readonly program: Program;
  /** Converts an offset in the program to an offset in the text. */
  readonly inText: (offset: number) => number;
  /** The function that CouchDB wraps around the text of a module; CouchDB passes its parameters. */
  readonly wrapper?: FunctionExpression;
}

interface AcornError extends SyntaxError {
  readonly pos: number;
}

/** Converts what acorn threw. */
export function faultOf(thrown: unknown): SyntaxFault {
  if (!(thrown instanceof SyntaxError) || !("pos" in thrown)) throw thrown;
  const { pos, message } = thrown as AcornError;
  return { offset: pos, message: message.replace(/ \(\d+:\d+\)$/, "") };
}
