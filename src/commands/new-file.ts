/** The name and the text of a new migration file. Pure. */
import { stringify } from "yaml";
import type { StepKind } from "../steps/kind.js";

/**
 * `Tenant views` after `007-users.yaml` is `008-tenant-views.yaml`. Undefined if the words contain no character that
 * is allowed in an id.
 */
export function fileName(words: string, names: readonly string[]): { file: string; id: string } | undefined {
  const id = idOf(words);
  if (id === "") return undefined;
  const numbers = names.flatMap((name) => /^(\d+).*\.ya?ml$/.exec(name)?.[1] ?? []);
  const last = numbers.reduce((most, number) => Math.max(most, Number(number)), 0);
  const width = numbers.reduce((most, number) => Math.max(most, number.length), 3);
  return { file: `${String(last + 1).padStart(width, "0")}-${id}.yaml`, id };
}

/** `Tenant views` is `tenant-views`. Empty if the words contain no character that is allowed in an id. */
export function idOf(words: string): string {
  return words
    .replace(/\.ya?ml$/, "")
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
}

export interface NewFile {
  readonly id: string;
  readonly kind: Pick<StepKind, "example" | "summary" | "scope">;
  /** The databases that the set creates. */
  readonly databases: readonly string[];
  readonly schemaLine: string;
}

export function fileText({ id, kind, databases, schemaLine }: NewFile): string {
  const step = exampleFor(kind, id, databases)
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? "" : `  ${line}`))
    .join("\n");
  return `${schemaLine}\n\n# ${kind.summary}\n- id: ${scalar(id)}\n${step}\n`;
}

/** The database whose name is a prefix of the id: `orders` for `orders-views`. */
export function databaseFor(id: string, databases: readonly string[]): string | undefined {
  return databases.filter((one) => id === one || id.startsWith(`${one}-`)).sort((a, b) => b.length - a.length)[0];
}

/** The example with its names replaced: the given name becomes the id, and of the database if there is no other. */
function exampleFor({ example, scope }: NewFile["kind"], id: string, databases: readonly string[]): string {
  const name = scope === "database" ? asDatabase(id) : id;
  const database = databaseFor(id, databases) ?? asDatabase(id);
  return example
    .replaceAll("zerglings", database)
    .replace(/^( {2}(?:name|id): )[^$\s]\S*$/m, (_, field: string) => field + scalar(name));
}

/** A database's name begins with a letter. */
function asDatabase(id: string): string {
  return id.replace(/^[^a-z]+/, "") || `db-${id}`;
}

/** In YAML, unquoted `2024` and `null` are not strings. */
function scalar(text: string): string {
  return stringify(text).trimEnd();
}
