import { maxNesting } from "../text/depth.js";

/** This document can't be changed as the step declares. The message follows the document's id, and has no full stop. */
export class Unfit extends Error {
  override readonly name = "Unfit";
}

export function tooDeep(): Unfit {
  return new Unfit(`the document would be nested more than ${maxNesting} levels deep`);
}
