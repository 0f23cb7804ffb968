import type { Position } from "../contract/problem.js";
import type { Requirements } from "../contract/requirements.js";
import type { Step } from "./step.js";
import type { Written } from "./written.js";

/** A step whose inspection and JSON never show its secrets. */
export class LoadedStep implements Step {
  readonly id: string;
  readonly kind: string;
  readonly description?: string;
  readonly formerly?: readonly string[];
  readonly environments?: readonly string[];
  readonly require?: Requirements;
  readonly shown: unknown;
  readonly checksum: string;
  readonly allowDestroy: boolean;
  readonly position: Position;
  readonly unknown?: readonly string[];
  readonly #desired: unknown;
  readonly #secrets: ReadonlyMap<string, string>;
  readonly #spoken: readonly string[];
  readonly #written: Written | undefined;

  constructor(step: Step) {
    const { id, kind, description, formerly, require: required, shown, checksum, allowDestroy, position } = step;
    const { environments, unknown, desired, secrets, spoken, written } = step;
    this.id = id;
    this.kind = kind;
    if (description !== undefined) this.description = description;
    if (formerly) this.formerly = formerly;
    if (environments) this.environments = environments;
    if (required) this.require = required;
    this.shown = shown;
    this.checksum = checksum;
    this.allowDestroy = allowDestroy;
    this.position = position;
    if (unknown) this.unknown = unknown;
    this.#desired = desired;
    this.#secrets = secrets;
    this.#spoken = spoken;
    this.#written = written;
  }

  get desired(): unknown {
    return this.#desired;
  }

  get secrets(): ReadonlyMap<string, string> {
    return this.#secrets;
  }

  get spoken(): readonly string[] {
    return this.#spoken;
  }

  get written(): Written | undefined {
    return this.#written;
  }
}
