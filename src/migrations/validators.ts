/** The validator of each kind's spec: compiled when couchdb-migrate is built, so that ajv is not loaded at run time. */
import { validators } from "../generated/validators.js";
import { kinds } from "../steps/index.js";
import type { StepKind } from "../steps/kind.js";
import { specSchema } from "./spec-schema.js";

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

const atRunTime = new WeakMap<StepKind, SpecValidator>();

export async function validatorOf(kind: StepKind): Promise<SpecValidator> {
  const compiled = kinds.includes(kind) ? validators[kind.name] : atRunTime.get(kind);
  if (compiled) return compiled;
  const { newAjv } = await import("./ajv.js");
  const validator = newAjv().compile(specSchema(kind)) as SpecValidator;
  atRunTime.set(kind, validator);
  return validator;
}
