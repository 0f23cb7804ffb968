/**
 * What happens to the steps of a run. A run has one list of outcomes. The engine only appends to it, and summarise.ts
 * folds it into the result and the record of the run.
 */
import type { MigrateError } from "../contract/errors.js";
import type { Listener } from "../contract/events.js";
import type { Failure, KeptStep, OlderFiles, Plan, StepState, Warning } from "../contract/results.js";
import type { Secrets } from "../secrets/secrets.js";
import { withoutSecrets } from "./without-secrets.js";

/** The part of an assessment that the result needs. */
export interface Assessed {
  readonly decisions: readonly { readonly step: { readonly id: string }; readonly state: StepState }[];
  readonly due: ReadonlySet<string>;
  readonly warnings: readonly Warning[];
  readonly kept?: readonly KeptStep[];
  readonly files: { readonly older?: OlderFiles };
}

export type Outcome =
  /** A piece of work starts. The results of earlier ones are kept. */
  | { readonly is: "begun"; readonly assessment: Assessed }
  /** The same piece of work starts again: of what it did so far, only writes still count. */
  | { readonly is: "assessed"; readonly assessment: Assessed }
  /** Something was written for a step, but it is not recorded yet. */
  | { readonly is: "wrote"; readonly id: string }
  | { readonly is: "applied" | "adopted" | "unmatched" | "unfinished" | "not-reached"; readonly id: string }
  | ({ readonly is: "kept" } & KeptStep)
  | { readonly is: "failed"; readonly failure: Failure }
  /** What would be written that the approved plan does not contain. */
  | { readonly is: "unapproved"; readonly plan: Plan }
  | { readonly is: "warned"; readonly warning: Warning }
  /** The run ends early, and no step is the cause: it was stopped, or an error interrupted it. */
  | { readonly is: "stopped" | "broken"; readonly error: MigrateError }
  /** With `--part`: the same fields as in PartResult; `begun`: this part had something to do. */
  | {
      readonly is: "part";
      readonly step: string | null;
      readonly open: readonly number[] | null;
      readonly begun?: boolean;
    };

interface Said {
  readonly outcomes: Outcome[];
  readonly emit: Listener;
}

export function warn({ outcomes, emit }: Said, warning: Warning): void {
  outcomes.push({ is: "warned", warning });
  emit({ type: "warning", ...warning });
}

/** @param database where it failed. `undefined`: on the server, or everywhere. */
export function fail(
  { outcomes, emit, secrets }: Said & { readonly secrets: Secrets },
  id: string,
  database: string | undefined,
  thrown: unknown,
): void {
  const error = withoutSecrets(thrown, secrets);
  const { code, message, next } = error;
  outcomes.push({ is: "failed", failure: { id, database: database ?? null, code, message, next } });
  emit({ type: "step-failed", id, ...(database === undefined ? {} : { database }), error });
}
