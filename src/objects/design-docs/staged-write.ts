/** What a staged deployment writes, and what it needs from the run. */
import type { StagedDocument, StepContext } from "../../steps/kind.js";
import type { DesignDocWrite } from "./deploy.js";

export interface StagedWrite extends DesignDocWrite {
  /** The name of its staged document. */
  readonly staged: string;
  /** Whether the former version is kept, under its own name. */
  readonly keepPrevious: boolean;
  /** Views that may lose all their rows. */
  readonly mayBeEmpty: readonly string[];
  /** Names of its companions that are neither for this version nor to be kept. */
  readonly obsolete: readonly string[];
  /** Names of its documents that `stage` built ahead for other versions of the files: only `stage` removes them. */
  readonly outdated: readonly string[];
}

export type DeployContext = Pick<
  StepContext<unknown>,
  "couch" | "signal" | "progress" | "assertHeld" | "builds" | "step" | "exclusively"
>;

export function asStagedDocument({ name, staged, outdated }: StagedWrite): StagedDocument {
  return { designDoc: name, name: staged, replaces: outdated };
}
