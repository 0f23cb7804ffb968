import { existsSync } from "node:fs";
import type { LoadOptions } from "../migrations/load.js";
import type { Migrations } from "../migrations/step.js";
import type { Context } from "./command.js";

/** Whether there are files to read. The default folder may be missing; a folder that the user named may not. */
export function hasMigrations({ resolved, settings }: Context): boolean {
  return resolved.given.has("path") || existsSync(settings.path);
}

/** Loads the migration files from the settings. From here on, their secrets are known. */
export async function readMigrations(
  context: Context,
  options: Pick<LoadOptions, "eachFile" | "unset"> = {},
): Promise<Migrations> {
  const { loadMigrations } = await context.engine();
  const { settings, env, signal, log } = context;
  const migrations = await loadMigrations(settings.path, { env, signal, emit: log.emit, ...options });
  context.secrets.addSteps(migrations.steps);
  return migrations;
}
