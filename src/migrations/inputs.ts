/**
 * What a load has read, as one digest: files and folders that steps name besides the migration files themselves, and
 * variables. Two loads with the same digest, by the same version of the tool, come to the same steps.
 *
 * A digest can be tried out by whoever sees it, so there is none where anything that was read is secret.
 */
import { createHash } from "node:crypto";
import { relative, resolve } from "node:path";
import { version } from "../version.js";
import { FileCache, type Read } from "./files.js";
import { Problems } from "./problems.js";
import { readSources } from "./sources.js";
import type { Env } from "./variables.js";

/** What to read again, besides the migration files, to come to the digest again. */
export interface InputList {
  /** `file`, `folder` (its list) or `what` (which of both it is), and the path, from that of the migrations. */
  readonly reads: readonly (readonly [Read, string])[];
  /** Names of variables. */
  readonly variables: readonly string[];
}

export interface Inputs extends InputList {
  /** SHA-256, hex. */
  readonly digest: string;
}

interface Source {
  readonly file: string;
  readonly text: string;
}

/**
 * `cache` holds what was read: nothing is read again, since it may have changed meanwhile. `undefined`: not all is known
 * that was read, or some of it is secret.
 */
export async function inputsOf(
  path: string,
  sources: readonly Source[],
  cache: FileCache,
  variables: readonly string[] | undefined,
  env: Env,
): Promise<Inputs | undefined> {
  const { reads } = cache;
  if (!reads || !variables) return undefined;
  const relatives = reads.map(([read, file]) => [read, relative(resolve(path), file)] as const);
  const list = { reads: relatives.sort(), variables: [...variables].sort() };
  return { ...list, digest: await digest(path, sources, cache, list, env) };
}

/** The digest of what lies there now; `undefined` where something can't be read. */
export async function digestNow(path: string, list: InputList, env: Env): Promise<string | undefined> {
  const problems = new Problems();
  const sources = await readSources(path, problems);
  return problems.count > 0 ? undefined : digest(path, sources, new FileCache(), list, env);
}

async function digest(
  path: string,
  sources: readonly Source[],
  cache: FileCache,
  { reads, variables }: InputList,
  env: Env,
): Promise<string> {
  const hash = createHash("sha256");
  // Each part is one line of JSON, so that no two lists of parts look the same.
  const add = (...part: readonly unknown[]) => hash.update(`${JSON.stringify(part)}\n`);
  add("version", version);
  for (const { file, text } of sources) add("source", relative(path, file), text);
  for (const [read, file] of reads) add(read, file, await cache.again(read, resolve(path, file)));
  for (const name of variables) add("variable", name, valueIn(env, name), Boolean(valueIn(env, `${name}_FILE`)));
  return hash.digest("hex");
}

function valueIn(env: Env, name: string): string | null {
  return (Object.hasOwn(env, name) ? env[name] : undefined) ?? null;
}
