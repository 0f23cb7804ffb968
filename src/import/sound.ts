/** Leaves out what exists on the server but `validate` would refuse in a file. */

import { kindByName } from "../kinds/index.js";
import { validatorOf } from "../migrations/validators.js";
import type { SpecProblem } from "../steps/kind.js";
import { type Imported, type ImportedFile, type ImportedStep, WithVariables } from "./imported.js";
import { inexactReason, isInexact } from "./inexact.js";
import type { LeftOut } from "./result.js";

export async function soundOnly(imported: Imported): Promise<Imported> {
  const leftOut: LeftOut[] = [...imported.leftOut];
  const files: ImportedFile[] = [];
  for (const file of imported.files) {
    const steps: ImportedStep[] = [];
    for (const step of file.steps) {
      const reason = await refusalOf(step);
      if (reason === undefined) steps.push(step);
      else leftOut.push({ subject: titleOf(step), reason: `${step.kind} does not accept it: ${reason}` });
    }
    // Without `ensureDatabase`, its first step, the steps for the content of a database are left out, too.
    const isWhole = steps[0] === file.steps[0] || file.steps[0]?.kind !== "ensureDatabase";
    if (isWhole && steps.length > 0) files.push({ ...file, steps });
  }
  const used = new Set(files.flatMap(({ steps }) => steps.flatMap(({ spec }) => variablesIn(spec))));
  const folders = files.flatMap(({ steps }) => steps.flatMap(({ spec }) => spec.from ?? []).flat());
  const isUsed = (path: string) => folders.some((from) => path === from || path.startsWith(`${from}/`));
  return {
    files,
    assets: new Map([...imported.assets].filter(([path]) => isUsed(path))),
    leftOut,
    variables: imported.variables.filter(({ name }) => used.has(name)),
  };
}

async function refusalOf({ kind: name, spec }: ImportedStep): Promise<string | undefined> {
  const unwritable = unwritableIn(spec, 0);
  const kind = kindByName.get(name);
  if (unwritable !== undefined || !kind) return unwritable;
  const plain = withoutVariables(spec);
  const validate = await validatorOf(kind);
  if (!validate(plain)) {
    const [error] = validate.errors ?? [];
    const field = error?.params.additionalProperty ?? error?.propertyName;
    return field === undefined ? `its ${error?.instancePath.slice(1) || "fields"}` : `its field \`${field}\``;
  }
  const [problem]: readonly SpecProblem[] = kind.check?.spec?.(plain) ?? [];
  return problem?.message;
}

/** Why a file can't contain the value. */
function unwritableIn(value: unknown, depth: number): string | undefined {
  if (depth > 90) return "it is nested too deeply";
  if (isInexact(value)) return inexactReason;
  if (typeof value !== "object" || value === null || value instanceof WithVariables) return undefined;
  for (const [key, member] of Object.entries(value)) {
    if (key === "__proto__" || key === "constructor") return `\`${key}\` can't be a field's name in a file`;
    const reason = unwritableIn(member, depth + 1);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** With a text in place of each variable. */
function withoutVariables(value: unknown): unknown {
  if (value instanceof WithVariables) return value.text.replaceAll(/\$\{\w+\}/g, "x");
  if (Array.isArray(value)) return value.map(withoutVariables);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutVariables(member)]));
}

function variablesIn(value: unknown): string[] {
  if (value instanceof WithVariables) return [...value.text.matchAll(/\$\{(\w+)\}/g)].map(([, name = ""]) => name);
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(variablesIn);
}

function titleOf({ id, kind, spec }: ImportedStep): string {
  const name = spec.name ?? spec.id ?? spec.database;
  return typeof name === "string" ? `${kind} of ${name}` : `${kind} ${id}`;
}
