import { existsSync } from "node:fs";
import type { FilesScope } from "../contract/options.js";
import type { LoadOptions } from "../migrations/load.js";
import type { Migrations } from "../migrations/step.js";
import type { Context } from "./command.js";

/** Whether there are files to read. The default folder may be missing; a folder that the user named may not. */
export function hasMigrations({ resolved, settings }: Context): boolean {
  return resolved.given.has("path") || existsSync(settings.path);
}

/** What the steps depend on besides the files. */
export function scopeOf({ env, resolved, settings }: Context): FilesScope {
  const { environments, variables } = resolved;
  const { environment } = settings;
  return { env, environments, variables, ...(environment === undefined ? {} : { environment }) };
}

/** Loads the migration files from the settings. From here on, their secrets are known. */
export async function readMigrations(
  context: Context,
  options: Pick<LoadOptions, "eachFile" | "unset"> = {},
): Promise<Migrations> {
  const { loadMigrations } = await context.engine();
  const { settings, signal, log } = context;
  const migrations = await loadMigrations(settings.path, {
    ...scopeOf(context),
    signal,
    emit: log.emit,
    ...options,
  });
  context.secrets.addSteps(migrations.steps);
  return migrations;
}
