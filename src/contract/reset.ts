/** What `reset` removes. */

export interface ResetDatabase {
  readonly name: string;
  /** How many documents are deleted with it. */
  readonly documents: number;
}

export interface StaysAfterReset {
  /** As steps claim it: `database/zerglings`. */
  readonly object: string;
  readonly why: string;
}

export interface ResetPlan {
  /** The databases that the set created: they are deleted with everything in them. */
  readonly databases: readonly ResetDatabase[];
  /** What the set created elsewhere, for people: `design document by-owner in zerglings`. */
  readonly objects: readonly string[];
  /** What the set created, or may have created, and what is not removed. */
  readonly stays: readonly StaysAfterReset[];
}
