/** Variables without a value, and how a load handles them. */
import type { Problem } from "../contract/problem.js";
import type { VariableProblem } from "./variables.js";

/**
 * `error`: a problem like any other. `unknown-secrets`: in secret fields the value is unknown; elsewhere it is a
 * problem. `unknown`: in all fields the value is unknown.
 */
export type UnsetPolicy = "error" | "unknown-secrets" | "unknown";

/** A variable that is not set, or a `${file:…}` that does not exist, in one place of the files. */
export interface UnsetVariable {
  /** `NAME`, or `file:/path`. */
  readonly name: string;
  /** The field is secret. */
  readonly secret: boolean;
  /** The problem to report if the value is needed. */
  readonly problem: Problem;
}

/** @internal */
export class UnsetVariables {
  readonly #policy: UnsetPolicy;
  readonly #found: UnsetVariable[] = [];

  constructor(policy: UnsetPolicy) {
    this.#policy = policy;
  }

  get found(): readonly UnsetVariable[] {
    return this.#found;
  }

  /** A file is part of the set unless it contains a secret: secret files only exist where the secret is used. */
  mayBe({ unset, code }: VariableProblem, secret: boolean): boolean {
    if (unset === undefined) return false;
    return secret ? this.#policy !== "error" : this.#policy === "unknown" && code === "missing-variable";
  }

  add(variable: UnsetVariable): void {
    this.#found.push(variable);
  }
}

/**
 * Each name once, in the order of the text.
 *
 * @internal
 */
export function unsetNames(unset: readonly UnsetVariable[] | undefined): string[] {
  return [...new Set(unset?.map(({ name }) => name))];
}
