/** How a step is written in the files, for advice that points at their text. */
import type { Position } from "../contract/problem.js";
import { fromPointer, toPointer } from "../text/pointer.js";
import type { Origins } from "./files.js";

/** @internal */
export interface Written {
  /**
   * Where a value of the step's `desired` is in the files.
   *
   * @param offset in the text there, in code units
   */
  at(pointer: string, offset?: number): Position;
  /** The fields that contain a secret as it is, without a variable. */
  readonly plainSecrets: readonly Position[];
  readonly lintOff: readonly RuleOff[];
}

/**
 * A rule of `lint` that is off.
 *
 * @internal
 */
export interface RuleOff {
  readonly rule: string;
  readonly reason: string;
  readonly position: Position;
}

/** `at`: where a pointer in the spec leads to. What was read from files has its own places. */
export function placesIn(origins: Origins, at: Written["at"]): Written["at"] {
  return (pointer, offset) => {
    const keys = fromPointer(pointer);
    for (let depth = keys.length; depth > 0; depth -= 1) {
      const origin = origins.get(toPointer(keys.slice(0, depth)));
      if (origin) return origin(keys.slice(depth), offset);
    }
    return at(pointer, offset);
  };
}
