import { exitCodes } from "../contract/errors.js";
import type { Command } from "./command.js";
import { hasMigrations, readMigrations } from "./migrations.js";
import { runOptions } from "./run-options.js";

export const status: Command = {
  name: "status",
  positionals: "[path]",
  summary: "Compare ledger, files and server; show the lease and the last runs",
  server: true,
  examples: [
    ["status", "for people; without ./migrations, show only the ledger"],
    ["status --format json", "for machines"],
  ],
  async run(context) {
    // The ledger alone says what was applied, so `status` also works without the files.
    const migrations = hasMigrations(context)
      ? await readMigrations(context, { unset: context.settings.requireVariables ? "error" : "unknown-secrets" })
      : undefined;
    const engine = await context.engine();
    const result = await engine.status(migrations, runOptions(context));
    const { statusSummary, statusText } = await import("../render/status-text.js");
    context.log.close();
    if (context.settings.format === "json") {
      context.printJson(result);
    } else {
      context.print(statusText(result, context.style));
    }
    return { exitCode: exitCodes.done, summary: `${statusSummary(result)}.` };
  },
};
