/** Whether the value at a place in a step is secret: by its schema, or by its name. */
import { isBooleanText, isSecretName } from "../secrets/names.js";
import type { Schema } from "../steps/schema.js";
import { fromPointer } from "../text/pointer.js";
import { type Alternatives, alternatives, below, isSecret } from "./spec-schema.js";

export interface Secrecy {
  /** The possible schemas of the value at this place. Empty: any value. */
  readonly schemas: Alternatives;
  /** `name`: all text except `true` and `false` is secret. `field`: everything is secret. */
  readonly secret: false | "name" | "field";
  /** Whether names below this place can make their values secret. */
  readonly byName: boolean;
}

export function secrecyOf(schema: Schema): Secrecy {
  const schemas = alternatives(schema);
  return { schemas, secret: isSecret(schemas) && "field", byName: hasSecretNames(schemas) };
}

/** One field or item further down. */
export function inside({ schemas, secret, byName }: Secrecy, segment: string | number): Secrecy {
  const inner = schemas.length > 0 ? below(schemas, segment) : schemas;
  const named = byName && typeof segment === "string" && isSecretName(segment);
  return {
    schemas: inner,
    secret: secret === "field" || isSecret(inner) ? "field" : named ? "name" : secret,
    // Names still count below a place that the schema does not describe.
    byName: hasSecretNames(inner) || (byName && inner.every(({ type }) => type === undefined)),
  };
}

/** The segments of a pointer do not show whether they are numbers. */
export function secrecyAt(schema: Schema, pointer: string): Secrecy {
  return fromPointer(pointer).reduce((place, segment) => {
    const field = inside(place, segment);
    if (field.schemas.length > 0 || place.schemas.length === 0 || !/^\d+$/.test(segment)) return field;
    return inside(place, Number(segment));
  }, secrecyOf(schema));
}

export function isSecretText({ secret }: Pick<Secrecy, "secret">, text: string): boolean {
  return secret === "field" || (secret === "name" && !isBooleanText(text));
}

function hasSecretNames(schemas: Alternatives): boolean {
  return schemas.some(({ secretNames }) => secretNames === true);
}
