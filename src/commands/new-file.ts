/** The name and the text of a new migration file. Pure. */
import type { StepKind } from "../steps/kind.js";

/** `Tenant views` after `007-users.yaml` is `008-tenant-views.yaml`; undefined where the words hold nothing that an id may. */
export function fileName(words: string, names: readonly string[]): { file: string; id: string } | undefined {
  const id = words
    .replace(/\.ya?ml$/, "")
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  if (id === "") return undefined;
  const numbers = names.flatMap((name) => /^(\d+).*\.ya?ml$/.exec(name)?.[1] ?? []);
  const last = numbers.reduce((most, number) => Math.max(most, Number(number)), 0);
  const width = numbers.reduce((most, number) => Math.max(most, number.length), 3);
  return { file: `${String(last + 1).padStart(width, "0")}-${id}.yaml`, id };
}

export function fileText(id: string, kind: Pick<StepKind, "example" | "summary">, version: string): string {
  const schema = `https://unpkg.com/couchdb-migrate@${version}/schemas/migration.schema.json`;
  const step = kind.example
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? "" : `  ${line}`))
    .join("\n");
  return `# yaml-language-server: $schema=${schema}\n\n# ${kind.summary}\n- id: ${id}\n${step}\n`;
}
