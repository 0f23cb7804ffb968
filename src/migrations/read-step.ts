/** Converts a spec's YAML to what the step declares: variables, schema, the kind's own checks, files, checksum. */

import type { Position } from "../contract/problem.js";
import { unknownSecret } from "../secrets/unknown.js";
import { type SpecProblem, type StepKind, takesAllowDestroy } from "../steps/kind.js";
import type { Print } from "../steps/script-output.js";
import { checksum } from "./checksum.js";
import { type FileCache, type Origins, stepFiles } from "./files.js";
import { locate, type Place, positionAt } from "./locate.js";
import type { Problems } from "./problems.js";
import { reportSchemaErrors } from "./schema-problems.js";
import { secrecyOf } from "./secrecy.js";
import { type Mask, show } from "./show.js";
import { specSchema } from "./spec-schema.js";
import type { SpecReader, SpecValues } from "./spec-values.js";
import type { Step } from "./step.js";
import { validatorOf } from "./validators.js";
import { placesIn, type Written } from "./written.js";
import type { YamlFile } from "./yaml-file.js";

export interface StepSource {
  readonly file: YamlFile;
  /** The kind's name in the file, and its spec. */
  readonly place: Place;
  readonly kind: StepKind;
  readonly reader: SpecReader;
  readonly cache: FileCache;
  readonly problems: Problems;
  /** The databases that earlier steps create, and whether they are partitioned. */
  readonly partitioned: ReadonlyMap<string, boolean>;
  /** Receives what a script prints while it is loaded. */
  readonly print: Print;
  readonly signal: AbortSignal | undefined;
  /** Whether the step remembers where its fields are in the files. */
  readonly remember: boolean;
}

export interface ReadStep {
  readonly desired: unknown;
  readonly claims: readonly string[];
  /** Only if it was asked for. */
  readonly written?: Pick<Written, "at" | "plainSecrets">;
  /**
   * Call this after all files are read: only then it is known which variables are secret. Undefined: there were
   * problems.
   */
  finish(): FinishedStep | undefined;
}

type FinishedStep = Pick<Step, "desired" | "shown" | "secrets" | "unknown" | "spoken" | "checksum" | "allowDestroy">;

/** Undefined: there were problems, which are reported. */
export async function readStep({
  file,
  place,
  kind,
  reader,
  cache,
  problems,
  partitioned,
  print,
  signal,
  remember,
}: StepSource): Promise<ReadStep | undefined> {
  const before = problems.count;
  const schema = specSchema(kind);
  const values = reader.read(place.value, secrecyOf(schema));
  const validate = await validatorOf(kind);
  if (!validate(values.value)) {
    reportSchemaErrors({ file, place, kind: kind.name, schema, values }, validate.errors ?? []);
  }
  if (problems.count > before) return undefined;

  const { spec, allowDestroy } = liftAllowDestroy(values.value, kind);
  const at = (pointer: string, offset?: number): Position => positionAt(file, locate(file, place, pointer), offset);
  const report = ({ path, code, message }: SpecProblem) => {
    if (!values.unknown.has(path)) problems.add(at(path), code, message);
  };
  for (const problem of kind.check?.spec?.(spec) ?? []) report(problem);
  if (problems.count > before) return undefined;

  const literal = (pointer: string) => ![...values.masks, ...values.undecided].some((one) => one.pointer === pointer);
  const origins: Origins | undefined = remember ? new Map() : undefined;
  const files = stepFiles(file.source.file, cache, problems, at, literal, print, signal, origins);
  const desired = kind.resolve ? await kind.resolve(spec, files) : spec;
  if (problems.count > before) return undefined;
  for (const problem of kind.check?.partitions?.(desired, partitioned) ?? []) report(problem);
  if (problems.count > before) return undefined;

  return {
    desired,
    ...(origins && { written: { at: placesIn(origins, at), plainSecrets: values.plainSecrets.map((one) => at(one)) } }),
    // If an object's name is unknown, it is unknown whether another step claims it.
    claims: kind.claims(desired).filter((claim) => values.unknown.size === 0 || !claim.includes("${")),
    finish: hasSecrets(values)
      ? finisher(kind, { desired, allowDestroy }, values, (pointer) => problems.add(at(pointer), ...secretName))
      : finisher(kind, { desired, allowDestroy }),
  };
}

function hasSecrets({ masks, undecided }: SpecValues): boolean {
  return masks.length > 0 || undecided.length > 0;
}

/**
 * A function of its own, because all functions of `readStep` keep the file's YAML nodes, which take many times the memory
 * of the step, until every file is read.
 */
function finisher(
  kind: StepKind,
  { desired, allowDestroy }: Pick<Step, "desired" | "allowDestroy">,
  values?: Pick<SpecValues, "masks" | "undecided">,
  report?: (pointer: string) => void,
): ReadStep["finish"] {
  return () => {
    const masks = values ? allMasks(values) : [];
    const { shown, secrets } = show(desired, masks);
    const named = namedBySecrets(kind, { desired, shown }, masks);
    for (const { pointer } of named) report?.(pointer);
    if (named.length > 0) return undefined;
    const spoken = masks.flatMap((mask) => mask.spoken);
    const [known, unknown] = split(secrets);
    const common = { desired, shown, spoken, checksum: checksum(kind.name, shown, kind.schema), allowDestroy };
    return { ...common, secrets: known, ...(unknown.length > 0 && { unknown }) };
  };
}

/** Splits secrets into the known ones and the pointers of the others. */
function split(secrets: ReadonlyMap<string, string>): [ReadonlyMap<string, string>, readonly string[]] {
  const known = [...secrets].filter(([, value]) => value !== unknownSecret);
  const unknown = [...secrets].flatMap(([pointer, value]) => (value === unknownSecret ? [pointer] : []));
  return [new Map(known), unknown];
}

function allMasks({ masks, undecided }: Pick<SpecValues, "masks" | "undecided">): readonly Mask[] {
  const found = new Map(masks.map((mask) => [mask.pointer, mask]));
  for (const { pointer, mask } of undecided) {
    const now = mask();
    if (now) found.set(pointer, now);
  }
  return [...found.values()];
}

const secretName = [
  "secret-name",
  "a database's name can't be a secret, because the ledger and plans show it: write it as plain text, or use a variable that is not from a file and that no secret field uses",
] as const;

/** A database that is named by a secret: its name would be a key in the ledger. */
function namedBySecrets(
  kind: StepKind,
  { desired, shown }: Pick<Step, "desired" | "shown">,
  masks: readonly Mask[],
): readonly Mask[] {
  if (masks.length === 0) return [];
  const namesOf = (spec: unknown) => [
    ...kind.databases(spec),
    ...(kind.lifecycle?.creates?.(spec) ?? []).map(({ name }) => name),
    ...[kind.lifecycle?.removes?.(spec) ?? []].flat(),
  ];
  const plain = new Set(namesOf(shown));
  const secret = namesOf(desired).filter((name) => !plain.has(name));
  return masks.filter((mask) => secret.includes(mask.value));
}

/** `allowDestroy` says how the step may be applied, and is not part of what the step declares. */
function liftAllowDestroy(value: unknown, kind: StepKind): { spec: unknown; allowDestroy: boolean } {
  if (!takesAllowDestroy(kind)) return { spec: value, allowDestroy: false };
  const { allowDestroy, ...spec } = value as Record<string, unknown>;
  return { spec, allowDestroy: allowDestroy === true };
}
