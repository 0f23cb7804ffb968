/** What must be true before a step begins. */
export interface Requirements {
  /** How many documents the database has, not counting design documents. */
  readonly documents?: { readonly atLeast?: number; readonly atMost?: number };
  /** The database has no documents, except design documents. */
  readonly empty?: true;
  /** A range of CouchDB's versions. */
  readonly couchdb?: string;
}
