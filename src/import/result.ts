/** What is not in the files. No secret. */
export interface LeftOut {
  /** `_design/brood of zerglings`. */
  readonly subject: string;
  /** Why, and what to do: one sentence. */
  readonly reason: string;
}

/** A variable that the files use, so that it has to be set. */
export interface NeededVariable {
  readonly name: string;
  /** What it holds: `password of user alice`. */
  readonly holds: string;
}

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
