/** The schema of a kind's spec, and what the loader reads from it. The generator uses it too. */
import { type StepKind, takesAllowDestroy } from "../steps/kind.js";
import type { Schema } from "../steps/schema.js";

const allowDestroy: Schema = {
  type: "boolean",
  default: false,
  description: "Allows this step to destroy data; without it, the step needs `--allow-destroy`.",
};

const schemas = new WeakMap<StepKind, Schema>();

/** The kind's schema, with `allowDestroy` for kinds that destroy; the loader removes that field from the spec. */
export function specSchema(kind: StepKind): Schema {
  const known = schemas.get(kind);
  if (known) return known;
  const { schema } = kind;
  const whole = takesAllowDestroy(kind) ? { ...schema, properties: { ...schema.properties, allowDestroy } } : schema;
  schemas.set(kind, whole);
  return whole;
}

/** The possible schemas of a value: one, or the alternatives of `oneOf` and `anyOf`. */
export type Alternatives = readonly Schema[];

const known = new WeakMap<Schema, Alternatives>();

export function alternatives(schema: Schema): Alternatives {
  let found = known.get(schema);
  if (!found) {
    found = [schema, ...[...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].flatMap(alternatives)];
    known.set(schema, found);
  }
  return found;
}

/** The possible schemas of the field, or of the item if `segment` is a number. Empty: any value. */
export function below(schemas: Alternatives, segment: string | number): Alternatives {
  const found: Schema[] = [];
  for (const schema of schemas) {
    const child = typeof segment === "number" ? schema.items : field(schema, segment);
    if (child) found.push(...alternatives(child));
  }
  return found;
}

function field(schema: Schema, name: string): Schema | undefined {
  if (schema.properties && Object.hasOwn(schema.properties, name)) return schema.properties[name];
  const patterns = Object.entries(schema.patternProperties ?? {});
  const matching = patterns.find(([pattern]) => new RegExp(pattern, "u").test(name));
  if (matching) return matching[1];
  return typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
}

/** The types that a value may have; empty: any type. */
export function typesOf(schemas: Alternatives): readonly string[] {
  return schemas.flatMap(({ type }) => type ?? []);
}

export function isSecret(schemas: Alternatives): boolean {
  return schemas.some((schema) => schema.secret === true);
}

/** There may be a secret at this place or below it, so text that was put there by mistake is not shown. */
export function holdsSecret(schemas: Alternatives): boolean {
  return schemas.some(
    (schema) =>
      schema.secret === true ||
      schema.secretNames === true ||
      [...Object.values(schema.properties ?? {}), ...Object.values(schema.patternProperties ?? {})].some((child) =>
        holdsSecret(alternatives(child)),
      ) ||
      (typeof schema.additionalProperties === "object" && holdsSecret(alternatives(schema.additionalProperties))) ||
      (schema.items !== undefined && holdsSecret(alternatives(schema.items))),
  );
}
