/** Converts the validator's errors to problems in plain sentences that say what would be correct. */
import { isScalar } from "yaml";
import type { Schema } from "../steps/schema.js";
import type { SpecError } from "../steps/spec-validator.js";
import { fromPointer, toPointer, valueAt } from "../text/pointer.js";
import { isEmpty, locate, type Place, pointAt } from "./locate.js";
import { withoutNoise } from "./schema-errors.js";
import { sentence } from "./schema-sentences.js";
import { secrecyAt } from "./secrecy.js";
import { holdsSecret } from "./spec-schema.js";
import type { SpecValues } from "./spec-values.js";
import type { YamlFile } from "./yaml-file.js";

export interface CheckedSpec {
  readonly file: YamlFile;
  /** The kind's name, and its spec. */
  readonly place: Place;
  readonly kind: string;
  readonly schema: Schema;
  readonly values: SpecValues;
}

export function reportSchemaErrors(spec: CheckedSpec, errors: readonly SpecError[]): void {
  const said = new Set<string>();
  for (const error of withoutNoise(errors)) {
    if (spec.values.broken.has(error.instancePath) || spec.values.unknown.has(error.instancePath)) continue;
    const found = locate(spec.file, spec.place, error.instancePath);
    const text = textAt(spec, error.instancePath, found);
    const { code, message, about, name } = sentence({
      error,
      field: fieldName(spec.kind, error.instancePath),
      text,
      value: valueAt(spec.values.value, error.instancePath),
      empty: isEmpty(spec.file.resolve(found.value)),
      schemas: secrecyAt(spec.schema, error.instancePath).schemas,
      description: description(spec.schema, error.schemaPath),
    });
    // A name that is too long fails its pattern too; one problem is enough.
    const topic = `${error.instancePath} ${name ?? ""}`;
    if (said.has(topic)) continue;
    said.add(topic);
    if (about === "name" && name !== undefined) {
      const { key } = locate(spec.file, spec.place, error.instancePath + toPointer([name]));
      spec.file.report(key, code, message, name);
    } else if (about === "owner") spec.file.report(found.key, code, message);
    else spec.file.report(pointAt(found), code, message, text);
  }
}

/** `ensureSecurity`, or for a field in it `admins.names[0]`. */
function fieldName(kind: string, pointer: string): string {
  if (pointer === "") return kind;
  return fromPointer(pointer)
    .map((segment) => (/^\d+$/.test(segment) ? `[${segment}]` : `.${segment}`))
    .join("")
    .replace(/^\./, "");
}

/** The value as text, if it is a scalar that may be shown. */
function textAt({ file, schema, values }: CheckedSpec, pointer: string, found: Place): string | undefined {
  const mask = values.masks.find((one) => one.pointer === pointer);
  const { schemas, secret } = secrecyAt(schema, pointer);
  // A password may be one line too high, where a mapping should be.
  if (secret || holdsSecret(schemas)) return undefined;
  if (mask) return mask.shown;
  const value = valueAt(values.value, pointer);
  if (typeof value === "object" || value === undefined) return undefined;
  const node = file.resolve(found.value);
  // As written in the file: `1.10` and `1.1` are the same number.
  return typeof value === "number" && isScalar(node) && typeof node.value === "number" ? node.source : String(value);
}

/** The description nearest to a place in the schema. */
function description(schema: Schema, schemaPath: string): string | undefined {
  let at: unknown = schema;
  let nearest = schema.description;
  for (const segment of fromPointer(schemaPath.replace(/^#/, "")).map(decodeURIComponent)) {
    if (typeof at !== "object" || at === null) break;
    at = (at as Record<string, unknown>)[segment];
    const text = (at as Schema | undefined)?.description;
    if (typeof text === "string") nearest = text;
  }
  return nearest;
}
