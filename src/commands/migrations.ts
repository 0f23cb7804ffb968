import type { LoadOptions } from "../migrations/load.js";
import type { Migrations } from "../migrations/step.js";
import type { Context } from "./command.js";

/** The migration files of the settings; their secrets are kept secret from here on. */
export async function readMigrations(
  context: Context,
  options: Pick<LoadOptions, "eachFile"> = {},
): Promise<Migrations> {
  const { loadMigrations } = await context.engine();
  const migrations = await loadMigrations(context.settings.path, { env: context.env, ...options });
  context.keepSecret(migrations.steps.flatMap((step) => [...step.secrets.values()]));
  return migrations;
}
