/** Loads the migration files once, for all checks. */
import { type MigrateError, toMigrateError } from "../contract/errors.js";
import type { DoctorOptions } from "../contract/options.js";
import { loadMigrations } from "../migrations/load.js";
import type { Migrations } from "../migrations/step.js";

export type FilesLook =
  | { readonly are: "not-given" }
  | { readonly are: "invalid"; readonly why: MigrateError }
  | { readonly are: "valid"; readonly migrations: Migrations };

export async function lookAtFiles({ path, env, signal }: DoctorOptions): Promise<FilesLook> {
  if (path === undefined) return { are: "not-given" };
  try {
    const options = { unset: "unknown", ...(env ? { env } : {}), ...(signal ? { signal } : {}) } as const;
    return { are: "valid", migrations: await loadMigrations(path, options) };
  } catch (thrown) {
    signal?.throwIfAborted();
    return { are: "invalid", why: toMigrateError(thrown) };
  }
}

/** The steps, if everything that they need is known. */
export function stepsIn(files: FilesLook): Migrations["steps"] {
  return files.are === "valid" && !files.migrations.unset ? files.migrations.steps : [];
}
