import { exitCodes, MigrateError } from "../errors.js";
import { count } from "../render/quantity.js";
import type { Command, Context, Outcome } from "./command.js";
import { noMarkdown } from "./formats.js";
import { readMigrations } from "./migrations.js";

export const validate: Command = {
  name: "validate",
  positionals: "[path]",
  summary: "Check the migration files alone, offline",
  examples: [
    ["validate", "every problem of ./migrations, with file, line and column"],
    ["validate --format json", "for editors and CI"],
  ],
  async run(context) {
    noMarkdown(context);
    const json = context.settings.format === "json";
    try {
      const { files, steps } = await readMigrations(context);
      const summary = `${count(files.length, "file")}, ${count(steps.length, "step")}: valid`;
      if (json) context.printJson({ formatVersion: 1, valid: true, files, steps: steps.length, problems: [] });
      else context.print(`${context.style.green(summary)}\n`);
      return { exitCode: exitCodes.done, summary };
    } catch (error) {
      if (!json || !(error instanceof MigrateError) || error.code !== "invalid-input") throw error;
      return invalid(error, context);
    }
  },
};

async function invalid(error: MigrateError, context: Context): Promise<Outcome> {
  const { errorSummary, problemsOf } = await import("../render/error-text.js");
  context.printJson({ formatVersion: 1, valid: false, problems: problemsOf(error) });
  return { exitCode: error.exitCode, summary: errorSummary(error) };
}
