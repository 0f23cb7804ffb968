import type { LargeFile } from "../files/large-file.js";
import type { Print } from "./script-output.js";

/**
 * What a step kind's `resolve` reads files through. Paths are those of the spec, resolved lexically against the
 * folder of the migration file. A file that can't be read is a problem at the spec's position, not an exception:
 * the reader then returns `undefined` (or `[]`), and loading goes on to find the other problems.
 */
export interface StepFiles {
  /** Aborted when the caller no longer needs the files. */
  readonly signal?: AbortSignal | undefined;
  /** Takes what a script prints while it is loaded. Absent: nobody wants to know. */
  readonly print?: Print;
  /** A file's text: UTF-8, without a byte order mark, with LF line ends. `pointer`: the spec field that names it. */
  text(path: string, pointer: string): Promise<string | undefined>;
  /** A file of any size, which is read piece by piece, now and again when the step is applied. */
  large(path: string, pointer: string): Promise<LargeFile | undefined>;
  /** `file`, `folder`, or undefined with a problem reported. */
  kindOf(path: string, pointer: string): Promise<"file" | "folder" | undefined>;
  /** The names in a folder in code-unit order; mounted ConfigMaps' `..` entries are left out. */
  list(path: string, pointer: string): Promise<readonly { readonly name: string; readonly folder: boolean }[]>;
  /**
   * Something is wrong. `at`: a place (1-based) in a file, by the path that the readers above take, or the pointer in
   * the spec.
   */
  problem(
    at: { readonly pointer: string } | { readonly file: string; readonly line: number; readonly column: number },
    code: string,
    message: string,
    text?: string,
  ): void;
}
