/** Something that is not in the files. Contains no secrets. */
export interface LeftOut {
  /** `_design/brood of zerglings`. */
  readonly subject: string;
  /** Why, and what to do, in one sentence. */
  readonly reason: string;
}

/** A variable that the files use, so it has to be set. */
export interface NeededVariable {
  readonly name: string;
  /** Its meaning: `password of user alice`. */
  readonly holds: string;
}

/** What `importServer` and `importBootstrap` return. Contains no secrets. */
export interface ImportResult {
  readonly formatVersion: 1;
  /** The folder with the written files. */
  readonly out: string;
  /** Migration files and the files that they name, relative to `out`, in code-unit order. */
  readonly files: readonly string[];
  readonly steps: number;
  /** What is not in the files, and why. */
  readonly leftOut: readonly LeftOut[];
  /** Variables that have to be set before the files can be used. */
  readonly variables: readonly NeededVariable[];
}
