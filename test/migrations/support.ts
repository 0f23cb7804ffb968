import { join } from "node:path";
import { expect } from "vitest";
import { InvalidInput, type Problem } from "../../src/contract/problem.js";
import { type LoadOptions, loadMigrations } from "../../src/migrations/load.js";
import type { Migrations, Step } from "../../src/migrations/step.js";
import { tempFolder } from "../support/temp.js";

/** Loads these files, by path below a folder `migrations`. */
export async function load(files: Readonly<Record<string, string>>, options: LoadOptions = {}): Promise<Migrations> {
  const folder = await tempFolder(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [join("migrations", name), text])),
  );
  return loadMigrations(join(folder, "migrations"), { env: {}, ...options });
}

/** The only step of this text. */
export async function loadStep(text: string, options: LoadOptions = {}): Promise<Step> {
  const { steps } = await load({ "001.yaml": text }, options);
  expect(steps).toHaveLength(1);
  return steps[0] as Step;
}

/** The problems of a load that must fail. */
export async function problemsOf(loading: Promise<unknown>): Promise<readonly Problem[]> {
  const thrown = await loading.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(InvalidInput);
  return (thrown as InvalidInput).problems;
}
