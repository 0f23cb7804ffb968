/** What an import makes, before it is written. */
import type { ImportResult, LeftOut, NeededVariable } from "./result.js";

/** Text of a migration file in which `${…}` is a variable. Any other text of a spec is taken as it is. */
export class WithVariables {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A password or the like, which the environment has to hold. */
export function variable(name: string): WithVariables {
  return new WithVariables(`\${${name}}`);
}

export interface ImportedStep {
  readonly id: string;
  readonly kind: string;
  readonly spec: Readonly<Record<string, unknown>>;
  /** Lines to be written below the spec's fields, as a comment. */
  readonly comment?: readonly string[];
}

export interface ImportedFile {
  /** Below the folder: `100-zerglings.yaml`. */
  readonly name: string;
  /** Lines above the steps. */
  readonly comment: readonly string[];
  readonly steps: readonly ImportedStep[];
}

export interface Imported {
  readonly files: readonly ImportedFile[];
  /** Other files by path: design documents, documents. */
  readonly assets: ReadonlyMap<string, string>;
  readonly leftOut: readonly LeftOut[];
  readonly variables: readonly NeededVariable[];
}

export const nothing: Imported = { files: [], assets: new Map(), leftOut: [], variables: [] };

export function together(parts: readonly Imported[]): Imported {
  return {
    files: parts.flatMap(({ files }) => files),
    assets: new Map(parts.flatMap(({ assets }) => [...assets])),
    leftOut: parts.flatMap(({ leftOut }) => leftOut),
    variables: parts.flatMap(({ variables }) => variables),
  };
}

/** What is told of it, once these files are written. */
export function resultOf(
  out: string,
  files: readonly string[],
  { files: migrations, ...imported }: Imported,
): ImportResult {
  const { leftOut, variables } = imported;
  const steps = migrations.reduce((sum, file) => sum + file.steps.length, 0);
  return { formatVersion: 1, out, files, steps, leftOut, variables };
}
