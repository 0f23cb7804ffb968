/** The result of an import, before it is written. */
import type { ImportResult, LeftOut, NeededVariable } from "./result.js";

/** Text in a migration file in which `${…}` is a variable. All other text of a spec is literal. */
export class WithVariables {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A password or other secret that the environment has to provide. */
export function variable(name: string): WithVariables {
  return new WithVariables(`\${${name}}`);
}

export interface ImportedStep {
  readonly id: string;
  readonly kind: string;
  readonly spec: Readonly<Record<string, unknown>>;
  /** A comment of these lines, below the spec's fields. */
  readonly comment?: readonly string[];
}

export interface ImportedFile {
  /** Relative to the folder: `100-zerglings.yaml`. */
  readonly name: string;
  /** Lines above the steps. */
  readonly comment: readonly string[];
  readonly steps: readonly ImportedStep[];
}

export interface Imported {
  readonly files: readonly ImportedFile[];
  /** Other files, by path: design documents, documents. */
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

/** The result of the import, once these files are written. */
export function resultOf(
  out: string,
  files: readonly string[],
  { files: migrations, ...imported }: Imported,
): ImportResult {
  const { leftOut, variables } = imported;
  const steps = migrations.reduce((sum, file) => sum + file.steps.length, 0);
  return { formatVersion: 1, out, files, steps, leftOut, variables };
}
