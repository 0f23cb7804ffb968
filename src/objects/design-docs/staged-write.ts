/** What a staged deployment writes, and what it needs from the run. */
import type { StagedDocument, StepContext } from "../../steps/kind.js";
import type { Unwanted } from "./companions.js";
import type { DesignDocWrite } from "./deploy.js";

export interface StagedWrite extends DesignDocWrite, Unwanted {
  /** The name of its staged document. */
  readonly staged: string;
  /** Whether the former version is kept, under its own name. */
  readonly keepPrevious: boolean;
  /** Views that may lose all their rows. */
  readonly mayBeEmpty: readonly string[];
}

export type DeployContext = Pick<
  StepContext<unknown>,
  "couch" | "signal" | "progress" | "assertHeld" | "builds" | "step" | "exclusively"
>;

export function asStagedDocument({ name, staged, outdated }: StagedWrite): StagedDocument {
  return { designDoc: name, name: staged, replaces: outdated };
}
