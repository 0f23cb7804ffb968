/** From the YAML of a step's `require` to what must be true before the step begins. */
import type { Requirements } from "../contract/requirements.js";
import { validators } from "../generated/validators.js";
import type { StepKind } from "../steps/kind.js";
import { requireProblems, requireSchema } from "../steps/require.js";
import { locate, type Place, pointAt } from "./locate.js";
import type { Problems } from "./problems.js";
import { reportSchemaErrors } from "./schema-problems.js";
import { secrecyOf } from "./secrecy.js";
import type { SpecReader } from "./spec-values.js";
import type { YamlFile } from "./yaml-file.js";

interface RequireSource {
  readonly file: YamlFile;
  readonly reader: SpecReader;
  readonly problems: Problems;
}

/** @param place of `require`. Absent: the step has none. Undefined: it has none, or there are problems, and they are reported. */
export function readRequire(
  { file, reader, problems }: RequireSource,
  kind: StepKind,
  place: Place | undefined,
): Requirements | undefined {
  if (!place) return undefined;
  const before = problems.count;
  const values = reader.read(place.value, secrecyOf(requireSchema));
  const { requirements: validate } = validators;
  if (validate && !validate(values.value)) {
    reportSchemaErrors({ file, place, kind: "require", schema: requireSchema, values }, validate.errors ?? []);
  }
  if (problems.count > before) return undefined;
  const required = values.value as Requirements;
  for (const { path, code, message } of requireProblems(kind, required)) {
    problems.add(file.position(pointAt(locate(file, place, path))), code, message);
  }
  return required;
}
