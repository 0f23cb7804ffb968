/** One row of a view, of `_all_docs`, or of any other listing. */
export interface Row {
  readonly id: string;
  readonly key: unknown;
  readonly value: unknown;
}
