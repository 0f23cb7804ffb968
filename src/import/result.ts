import type { Imported, LeftOut, NeededVariable } from "./imported.js";

/** What `importServer` and `importBootstrap` return. Holds no secret. */
export interface ImportResult {
  readonly formatVersion: 1;
  /** The folder that was written to. */
  readonly out: string;
  /** Migration files and what they name, below `out`, in code-unit order. */
  readonly files: readonly string[];
  readonly steps: number;
  /** What is not in the files, and why. */
  readonly leftOut: readonly LeftOut[];
  /** Variables that have to be set before the files can be used. */
  readonly variables: readonly NeededVariable[];
}

/** @internal */
export function resultOf(
  out: string,
  files: readonly string[],
  { files: migrations, ...imported }: Imported,
): ImportResult {
  const { leftOut, variables } = imported;
  const steps = migrations.reduce((sum, file) => sum + file.steps.length, 0);
  return { formatVersion: 1, out, files, steps, leftOut, variables };
}
