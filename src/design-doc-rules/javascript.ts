/** JavaScript as CouchDB's newest engine reads it. */
import type { FunctionExpression, Options, Program } from "acorn";

/** The newest JavaScript that QuickJS in CouchDB 3.5 reads as a whole; of ES2024 it refuses the `v` flag. */
export const syntax = { ecmaVersion: 2023, sourceType: "script", ranges: true } as const satisfies Options;

export interface SyntaxFault {
  /** In code units from 0. */
  readonly offset: number;
  readonly message: string;
}

export type Faulty = { readonly fault: SyntaxFault };

export interface Parsed {
  readonly program: Program;
  /** The offset in the text for an offset in the program. */
  readonly inText: (offset: number) => number;
  /** The function that CouchDB puts around the text of a module: its parameters are CouchDB's. */
  readonly wrapper?: FunctionExpression;
}

interface AcornError extends SyntaxError {
  readonly pos: number;
}

/** What acorn threw. */
export function faultOf(thrown: unknown): SyntaxFault {
  if (!(thrown instanceof SyntaxError) || !("pos" in thrown)) throw thrown;
  const { pos, message } = thrown as AcornError;
  return { offset: pos, message: message.replace(/ \(\d+:\d+\)$/, "") };
}
