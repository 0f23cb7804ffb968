import type { Position } from "../contract/problem.js";
import type { Requirements } from "../contract/requirements.js";
import type { Inputs } from "./inputs.js";
import type { UnsetVariable } from "./unset.js";
import type { Written } from "./written.js";

/** One step of a migration set, loaded, resolved and checked. */
export interface Step {
  /** Unique in the set. */
  readonly id: string;
  /** The step kind's name: `ensureDatabase`, … */
  readonly kind: string;
  readonly description?: string;
  /** Its former ids. Absent: none. */
  readonly formerly?: readonly string[];
  /** The environments in which it exists. Absent: all. It is no part of the checksum. */
  readonly environments?: readonly string[];
  /** What must be true before the step begins. Absent: nothing. It is no part of the checksum. */
  readonly require?: Requirements;
  /**
   * What the step declares, as its kind's `resolve` returned it: variables resolved, defaults filled in, files read.
   * May contain secrets: never print it. Neither `util.inspect` nor JSON shows it.
   */
  readonly desired: unknown;
  /** `desired` with every secret (or the secret part of a value) as `***`: what may be printed. */
  readonly shown: unknown;
  /** The secrets in `desired`, by JSON Pointer. */
  readonly secrets: ReadonlyMap<string, string>;
  /**
   * JSON Pointers to secrets in `desired` that are unknown, because variables are not set. Only in a plan. Absent:
   * none.
   */
  readonly unknown?: readonly string[];
  /** Secrets in fields that are not secret by themselves (a name from a file); messages may mention such fields. */
  readonly spoken: readonly string[];
  /** `<algorithm version>:<sha256 in hex>` of what the step means; see checksum.ts. */
  readonly checksum: string;
  /** Whether the step has `allowDestroy: true`. */
  readonly allowDestroy: boolean;
  /** Where the step's `id` is. */
  readonly position: Position;
  /**
   * How the step is written in the files. Absent, unless it was asked for.
   * @internal
   */
  readonly written?: Written | undefined;
}

/** A migration set: what `loadMigrations` returns. */
export interface Migrations {
  /** The folder or file that was read, as given. */
  readonly path: string;
  /** The files that were read, in order. */
  readonly files: readonly string[];
  readonly steps: readonly Step[];
  /** The environment that they were loaded for. Absent: none. */
  readonly environment?: string;
  /** Ids of the steps that exist only in other environments. Absent: there are none. */
  readonly elsewhere?: readonly string[];
  /** The variables without a value, one for each place in the files. Only with the option `unset`. */
  readonly unset?: readonly UnsetVariable[];
  /**
   * What the steps were read from, if none of it is secret.
   * @internal
   */
  readonly inputs?: Inputs;
}
