/** The validator that the generator compiles from a kind's schema. */

/** An error from ajv. */
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

/** Also fills in defaults. */
export interface SpecValidator {
  (spec: unknown): boolean;
  errors?: readonly SpecError[] | null;
}
