/**
 * One digest of everything that a load has read: files and folders that steps name in addition to the migration
 * files, variables, and the environment. Two loads with the same digest, by the same version of the tool, produce the same steps.
 *
 * Anyone who sees a digest can test guesses against it, so there is none if any input is secret.
 */
import { createHash } from "node:crypto";
import { relative, resolve } from "node:path";
import type { FilesScope } from "../contract/options.js";
import { version } from "../version.js";
import { FileCache, type Read } from "./files.js";
import { variablesIn } from "./scope.js";
import type { Env } from "./variables.js";

/** What to read again, in addition to the migration files, to compute the digest again. */
export interface InputList {
  /** `file`, `folder` (its list) or `what` (which of both it is), and the path relative to that of the migrations. */
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
 * `cache` holds what was read: nothing is read again, because it may have changed. `undefined`: not everything that
 * was read is known, or some of it is secret.
 */
export async function inputsOf(
  path: string,
  sources: readonly Source[],
  cache: FileCache,
  variables: readonly string[] | undefined,
  scope: FilesScope,
): Promise<Inputs | undefined> {
  const { reads } = cache;
  if (!reads || !variables) return undefined;
  const relatives = reads.map(([read, file]) => [read, relative(resolve(path), file)] as const);
  const list = { reads: relatives.sort(), variables: [...variables].sort() };
  return { ...list, digest: await new Digest(path, sources).of(list, scope, cache) };
}

/** The digest starts with the migration files, so that they are done while the rest is still being read. */
export class Digest {
  readonly #path: string;
  readonly #hash = createHash("sha256");

  constructor(path: string, sources: readonly Source[]) {
    this.#path = path;
    this.#add("version", version);
    for (const { file, text } of sources) {
      this.#add("source", relative(path, file), text.length);
      this.#hash.update(text);
    }
  }

  /** May only be called once. */
  async of({ reads, variables }: InputList, scope: FilesScope, cache = new FileCache()): Promise<string> {
    const { environment, environments = [] } = scope;
    if (environment !== undefined || environments.length > 0) this.#add("environment", environment, environments);
    const env = variablesIn(scope);
    for (const [read, file] of reads) this.#add(read, file, await cache.again(read, resolve(this.#path, file)));
    for (const name of variables) {
      this.#add("variable", name, valueIn(env, name), Boolean(valueIn(env, `${name}_FILE`)));
    }
    return this.#hash.digest("hex");
  }

  /**
   * Each part is one line of JSON, and a text follows the line with its length, so different lists of parts never
   * give the same bytes.
   */
  #add(...part: readonly unknown[]): void {
    this.#hash.update(`${JSON.stringify(part)}\n`);
  }
}

function valueIn(env: Env, name: string): string | null {
  return (Object.hasOwn(env, name) ? env[name] : undefined) ?? null;
}
