/**
 * A rule of `lint`. To add one: write `rules/<id>.ts` and add it to the list in `rules/index.ts`, then run
 * `npm run generate`, which writes its section of docs/lint.md.
 *
 * A rule is pure. It sees valid files only: what `validate` refuses need not be checked. It is better to miss something
 * than to report what nobody would change: a rule has to be right in most cases.
 *
 * The examples are its documentation and its test: the bad one has a finding of this rule and of no other, the good one
 * has none at all.
 */
import type { LintSeverity } from "../contract/lint.js";
import type { Position } from "../contract/problem.js";
import type { Step } from "../migrations/step.js";
import type { Engine } from "./engines.js";
import type { Example } from "./example.js";
import type { DesignDocSubject, FunctionSubject } from "./subjects.js";

interface Common {
  /** Stable, in kebab-case. */
  readonly id: string;
  readonly severity: LintSeverity;
  /** For lists: a phrase without a full stop. */
  readonly summary: string;
  /** Why it matters, and what to do: one or two sentences of Markdown. */
  readonly reason: string;
  readonly bad: Example;
  readonly good: Example;
  /** `couchdb` of the examples, if the rule depends on it. */
  readonly couchdb?: string;
}

/** In a function's text. */
export interface InText {
  /** In code units. */
  readonly offset: number;
  readonly message: string;
  /** Absent: that of the rule. */
  readonly severity?: LintSeverity;
}

/** In a design document. */
export interface InDoc {
  readonly keys: readonly string[];
  readonly offset?: number;
  readonly message: string;
  /** Absent: that of the rule. */
  readonly severity?: LintSeverity;
}

/** In a step: where a value of its `desired` is, or a position in the files. */
export interface InStep {
  readonly at: string | Position;
  readonly message: string;
}

/** In one of the steps. */
export interface InSet extends InStep {
  readonly step: Step;
  readonly offset?: number;
  /** Absent: that of the rule. */
  readonly severity?: LintSeverity;
}

/** What is known about the server. */
export interface Target {
  /** The version, such as `3.5`. Undefined: unknown. */
  readonly version: string | undefined;
  /** The JavaScript engines that it may have. Empty: unknown. */
  readonly engines: readonly Engine[];
}

export type Rule = Common &
  (
    | { readonly on: "function"; check(subject: FunctionSubject, target: Target): readonly InText[] }
    | { readonly on: "designDoc"; check(subject: DesignDocSubject, target: Target): readonly InDoc[] }
    | { readonly on: "step"; check(step: Step, target: Target): readonly InStep[] }
    | { readonly on: "set"; check(steps: readonly Step[], target: Target): readonly InSet[] }
  );
