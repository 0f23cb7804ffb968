/** From a spec's YAML to what the step asks for: variables, schema, the kind's own checks, files, checksum. */
import { type StepKind, takesAllowDestroy } from "../steps/kind.js";
import { checksum } from "./checksum.js";
import { type FileCache, stepFiles } from "./files.js";
import { locate, type Place, pointAt } from "./locate.js";
import type { Position } from "./problem.js";
import type { Problems } from "./problems.js";
import { reportSchemaErrors } from "./schema-problems.js";
import { type Mask, show } from "./secrets.js";
import { alternatives, specSchema } from "./spec-schema.js";
import type { SpecReader } from "./spec-values.js";
import type { Step } from "./step.js";
import { validatorOf } from "./validators.js";
import type { YamlFile } from "./yaml-file.js";

export interface StepSource {
  readonly file: YamlFile;
  /** The kind's name in the file, and its spec. */
  readonly place: Place;
  readonly kind: StepKind;
  readonly reader: SpecReader;
  readonly cache: FileCache;
  readonly problems: Problems;
  /** The databases that earlier steps make, and whether they are partitioned. */
  readonly partitioned: ReadonlyMap<string, boolean>;
}

export interface ReadStep {
  readonly step: Pick<Step, "desired" | "shown" | "secrets" | "checksum" | "allowDestroy">;
  readonly claims: readonly string[];
}

/** Undefined: there are problems, and they are reported. */
export async function readStep({
  file,
  place,
  kind,
  reader,
  cache,
  problems,
  partitioned,
}: StepSource): Promise<ReadStep | undefined> {
  const before = problems.count;
  const schema = specSchema(kind);
  const values = reader.read(place.value, alternatives(schema));
  const validate = await validatorOf(kind);
  if (!validate(values.value)) {
    reportSchemaErrors({ file, place, kind: kind.name, schema, values }, validate.errors ?? []);
  }
  if (problems.count > before) return undefined;

  const { spec, allowDestroy } = liftAllowDestroy(values.value, kind);
  const at = (pointer: string): Position => file.position(pointAt(locate(file, place, pointer)));
  for (const { path, code, message } of kind.check?.(spec) ?? []) problems.add(at(path), code, message);
  if (problems.count > before) return undefined;

  const desired = kind.resolve ? await kind.resolve(spec, stepFiles(file.source.file, cache, problems, at)) : spec;
  if (problems.count > before) return undefined;
  for (const { path, code, message } of kind.checkPartitions?.(desired, partitioned) ?? []) {
    problems.add(at(path), code, message);
  }
  if (problems.count > before) return undefined;

  const { shown, secrets } = show(desired, values.masks);
  reportSecretNames(kind, { desired, shown }, values.masks, (mask) => problems.add(at(mask.pointer), ...secretName));
  if (problems.count > before) return undefined;
  const step = { desired, shown, secrets, checksum: checksum(kind.name, shown, kind.schema), allowDestroy };
  return { step, claims: kind.claims(desired) };
}

const secretName = [
  "secret-name",
  "a database's name stands in the ledger and in plans, so it can't be a secret: give it in plain text, or by a variable that does not come from a file",
] as const;

/** A database that is named by a secret: its name would stand in the ledger, as a key. */
function reportSecretNames(
  kind: StepKind,
  { desired, shown }: Pick<Step, "desired" | "shown">,
  masks: readonly Mask[],
  report: (mask: Mask) => void,
): void {
  if (masks.length === 0) return;
  const namesOf = (spec: unknown) => [
    ...kind.databases(spec),
    ...(kind.creates?.(spec) ?? []),
    ...[kind.removes?.(spec) ?? []].flat(),
  ];
  const plain = new Set(namesOf(shown));
  const secret = namesOf(desired).filter((name) => !plain.has(name));
  for (const mask of masks) if (secret.includes(mask.value)) report(mask);
}

/** It says how the step may be applied, and is no part of what the step asks for. */
function liftAllowDestroy(value: unknown, kind: StepKind): { spec: unknown; allowDestroy: boolean } {
  if (!takesAllowDestroy(kind)) return { spec: value, allowDestroy: false };
  const { allowDestroy, ...spec } = value as Record<string, unknown>;
  return { spec, allowDestroy: allowDestroy === true };
}
