/** The validator of each kind's spec, compiled when couchdb-migrate is built, so that ajv is not loaded at run time. */
import { validators } from "../generated/validators.js";
import { kinds } from "../kinds/index.js";
import type { StepKind } from "../steps/kind.js";
import type { SpecValidator } from "../steps/spec-validator.js";
import { specSchema } from "./spec-schema.js";

const atRunTime = new WeakMap<StepKind, SpecValidator>();

export async function validatorOf(kind: StepKind): Promise<SpecValidator> {
  const compiled = kinds.includes(kind) ? validators[kind.name] : atRunTime.get(kind);
  if (compiled) return compiled;
  const { newAjv } = await import("./ajv.js");
  const validator = newAjv().compile(specSchema(kind)) as SpecValidator;
  atRunTime.set(kind, validator);
  return validator;
}
