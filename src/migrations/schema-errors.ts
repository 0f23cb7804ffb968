/** The validator's errors without the noise: one mistake in a value with alternatives causes errors in each of them. */
import type { SpecError } from "../steps/spec-validator.js";

export function withoutNoise(errors: readonly SpecError[]): readonly SpecError[] {
  const outermost = errors
    .filter(({ keyword }) => keyword === "oneOf" || keyword === "anyOf")
    .sort((a, b) => a.schemaPath.length - b.schemaPath.length)[0];
  if (!outermost) return errors.filter(({ keyword }) => keyword !== "propertyNames" && keyword !== "if");
  const inside = (error: SpecError) =>
    error.schemaPath.startsWith(`${outermost.schemaPath}/`) && isAtOrBelow(error.instancePath, outermost.instancePath);
  const others = errors.filter((error) => error !== outermost && !inside(error));
  return [...withoutNoise(others), ...withoutNoise(meant(outermost, errors.filter(inside)))];
}

/** The errors of the alternative that was probably meant; if there is none, the error that the type is wrong. */
function meant(parent: SpecError, errors: readonly SpecError[]): readonly SpecError[] {
  const groups = new Map<string, SpecError[]>();
  for (const error of errors) {
    const alternative = error.schemaPath.slice(parent.schemaPath.length + 1).split("/")[0] ?? "";
    groups.set(alternative, [...(groups.get(alternative) ?? []), error]);
  }
  const wrongType = (error: SpecError) => error.keyword === "type" && error.instancePath === parent.instancePath;
  const fitting = [...groups.values()].filter((group) => !group.some(wrongType));
  if (fitting.length > 0) return fitting.reduce((best, group) => (group.length < best.length ? group : best));
  const types = errors.filter(wrongType).flatMap(({ params }) => params.type as string | string[]);
  if (types.length === 0) return [{ ...parent, keyword: "alternatives" }];
  return [{ ...parent, keyword: "type", params: { type: [...new Set(types)] } }];
}

function isAtOrBelow(pointer: string, above: string): boolean {
  return pointer === above || pointer.startsWith(`${above}/`);
}
