/** Loads the migration files once, for all checks. */
import { type MigrateError, toMigrateError } from "../contract/errors.js";
import type { DoctorOptions } from "../contract/options.js";
import { loadMigrations } from "../migrations/load.js";
import type { Migrations } from "../migrations/step.js";

export type FilesLook =
  | { readonly are: "not-given" }
  | { readonly are: "invalid"; readonly why: MigrateError }
  | { readonly are: "valid"; readonly migrations: Migrations };

export async function lookAtFiles({ path, signal, ...options }: DoctorOptions): Promise<FilesLook> {
  if (path === undefined) return { are: "not-given" };
  const { env, variables, environment, environments } = options;
  const scope = {
    ...(env ? { env } : {}),
    ...(variables ? { variables } : {}),
    ...(environment === undefined ? {} : { environment }),
    ...(environments ? { environments } : {}),
  };
  try {
    const migrations = await loadMigrations(path, { unset: "unknown", ...scope, ...(signal ? { signal } : {}) });
    return { are: "valid", migrations };
  } catch (thrown) {
    signal?.throwIfAborted();
    return { are: "invalid", why: toMigrateError(thrown) };
  }
}

/** The steps, if everything that they need is known. */
export function stepsIn(files: FilesLook): Migrations["steps"] {
  return files.are === "valid" && !files.migrations.unset ? files.migrations.steps : [];
}
