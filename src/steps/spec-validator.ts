/** What the generator compiles from the schema of a kind. */

/** What ajv says of one mistake. */
export interface SpecError {
  readonly keyword: string;
  /** JSON Pointer into the spec. */
  readonly instancePath: string;
  /** JSON Pointer into the schema, as a URI fragment. */
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** With `propertyNames`: the name that is wrong. */
  readonly propertyName?: string;
}

/** Fills defaults in. */
export interface SpecValidator {
  (spec: unknown): boolean;
  errors?: readonly SpecError[] | null;
}
