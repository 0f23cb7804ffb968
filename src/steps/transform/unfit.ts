/** This document can't be changed as the step asks. The message goes on after the document's id, and has no full stop. */
export class Unfit extends Error {
  override readonly name = "Unfit";
}
