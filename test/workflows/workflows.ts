/** The contents of .github/, read once per test file. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { root } from "../support/cli.js";

export interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface Job {
  readonly uses?: string;
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix?: Readonly<Record<string, readonly string[]>> };
  readonly steps?: readonly Step[];
}

export interface Workflow {
  readonly name: string;
  readonly text: string;
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly on: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = join(root, ".github", "workflows");

export const files: readonly string[] = readdirSync(folder).map((name) => join(folder, name));

/** The workflows for our users, which the same tools check. */
const examples = join(root, "examples", "github");
export const exampleFiles: readonly string[] = readdirSync(examples)
  .filter((name) => name.endsWith(".yml"))
  .map((name) => join(examples, name));

export function workflows(): Workflow[] {
  return files.map((file) => {
    const text = readFileSync(file, "utf8");
    return { ...parse(text), name: file.slice(folder.length + 1), text };
  });
}

/** Every job of every workflow, named like `ci.yml: couchdb`. */
export function jobs(): [string, Job][] {
  return workflows().flatMap(({ name, jobs }) =>
    Object.entries(jobs).map(([id, job]): [string, Job] => [`${name}: ${id}`, job]),
  );
}
