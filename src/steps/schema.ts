/**
 * The part of JSON Schema (draft-07) that step kinds use, with our own keywords: `secret`: the value is never shown;
 * it is not part of the checksum. `permits`: the field only permits something, and does not change what the step
 * declares; it is not part of the checksum. Only for fields of a step. `secretNames`: text below it is secret if its
 * name, or a name above it, is listed in secrets/names.ts. `variables`: `${NAME}` and other variables are resolved in
 * it. Only for strings, integers and booleans. `verbatim`: a number or boolean is read as the text that is written in
 * the file. Only for strings.
 */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  /** Fields by regular expressions that match their names. A field in `properties` only has the schema there. */
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly uniqueItems?: boolean;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly secret?: boolean;
  readonly secretNames?: boolean;
  readonly variables?: boolean;
  readonly verbatim?: boolean;
  readonly permits?: boolean;
}
