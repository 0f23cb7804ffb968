/** Something wrong with a document. */
export interface Fault {
  /** The field at fault; empty: the document. */
  readonly keys: readonly string[];
  readonly code: string;
  readonly message: string;
}
