import type { Reading } from "../engine/open-server.js";
import type { LoadOptions } from "../migrations/load.js";
import type { Command, Context, Outcome } from "./command.js";
import { readMigrations } from "./migrations.js";
import { printPlan } from "./print-plan.js";
import { runOptions } from "./run-options.js";
import { withServer } from "./with-server.js";

export const plan: Command = {
  name: "plan",
  positionals: "[path]",
  summary: "Show what apply would do, field by field; write nothing",
  server: true,
  examples: [
    ["plan", "compare ./migrations with the server"],
    ["plan --detailed-exitcode", "exit with 2 if changes are pending"],
    ["plan --format markdown --out plan.md", "for a comment on a pull request"],
    ["plan --sandbox", "try the files on an empty embedded server"],
  ],
  run: (context) => planOrRehearse(context, { unset: context.settings.requireVariables ? "error" : "unknown-secrets" }),
};

export async function planOrRehearse(context: Context, options: Pick<LoadOptions, "unset"> = {}): Promise<Outcome> {
  const { look, ...reading } = (await startReading(context)) ?? {};
  const migrations = await readMigrations(context, { ...options, ...reading });
  const engine = await context.engine();
  return withServer(context, async (connection) =>
    printPlan(await engine.plan(migrations, runOptions(context, connection), ...(look ? [look] : [])), context),
  );
}

async function startReading(context: Context): Promise<Reading | undefined> {
  const { connection, fastPath } = context;
  if (!fastPath || !connection) return undefined;
  return (await fastPath()).startReading(runOptions(context, connection));
}
