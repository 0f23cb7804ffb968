import type { LargeFile } from "../files/large-file.js";
import type { Print } from "./script-output.js";

/**
 * A place in the files: a pointer into the spec, and an offset in the text there; or a position, counted from 1, in a
 * file whose path is one that the functions of `StepFiles` accept.
 */
export type At =
  | { readonly pointer: string; readonly offset?: number }
  | { readonly file: string; readonly line: number; readonly column: number };

/** The place of a field: `keys` lead to it, and `offset` counts code units in its text. */
export type Origin = (keys: readonly string[], offset?: number) => At;

/**
 * Through this interface, a step kind's `resolve` reads files. Paths come from the spec, and are resolved against the
 * folder of the migration file without checking links. If a file can't be read, a problem is reported at the spec's
 * position and no exception is thrown: the function returns `undefined` (or `[]`), and loading continues to find the
 * other problems.
 */
export interface StepFiles {
  /** Aborted when the caller no longer needs the files. */
  readonly signal?: AbortSignal | undefined;
  /** Receives what a script prints while it is loaded. Absent: its output is dropped. */
  readonly print?: Print;
  /** A file's text: UTF-8, without a byte order mark, with LF line ends. `pointer`: the spec field that names it. */
  text(path: string, pointer: string): Promise<string | undefined>;
  /** A file of any size, which is read piece by piece, both now and when the step is applied. */
  large(path: string, pointer: string): Promise<LargeFile | undefined>;
  /** `file`, `folder`, or undefined with a problem reported. */
  kindOf(path: string, pointer: string): Promise<"file" | "folder" | undefined>;
  /** The names in a folder in code-unit order, without the `..` entries of mounted ConfigMaps. */
  list(path: string, pointer: string): Promise<readonly { readonly name: string; readonly folder: boolean }[]>;
  problem(at: At, code: string, message: string, text?: string): void;
  /**
   * Tells where the value at `pointer`, in what `resolve` returns, comes from, if the same pointer in the spec does not
   * lead to it. Absent: nobody asks for positions.
   */
  origin?(pointer: string, at: Origin): void;
}
