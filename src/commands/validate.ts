import { exitCodes, MigrateError } from "../contract/errors.js";
import { warningsOf as saidOf } from "../kinds/traits.js";
import type { Step } from "../migrations/step.js";
import { unsetNames } from "../migrations/unset.js";
import { tell } from "../steps/warnings.js";
import { count, list } from "../text/quantity.js";
import { visible } from "../text/visible.js";
import type { Command, Context, Outcome } from "./command.js";
import { correctTheFiles } from "./correct-the-files.js";
import { readMigrations } from "./migrations.js";

export const validate: Command = {
  name: "validate",
  positionals: "[path]",
  summary: "Check the migration files, offline",
  examples: [
    ["validate", "list every problem in ./migrations, with file, line and column"],
    ["validate --format json", "for editors and CI"],
  ],
  async run(context) {
    const json = context.settings.format === "json";
    try {
      const migrations = await readMigrations(context, {
        unset: context.settings.requireVariables ? "error" : "unknown",
      });
      const { files, steps } = migrations;
      const unset = unsetNames(migrations.unset);
      const summary = `${count(files.length, "file")}, ${count(steps.length, "step")}: valid`;
      const warnings = steps.flatMap(warningsOf);
      if (json)
        context.printJson({ formatVersion: 1, valid: true, files, steps: steps.length, problems: [], unset, warnings });
      else {
        const lines = [...warnings.map((one) => text(one, context)), ...notesOf(unset, context)];
        context.print(`${[...lines, context.style.green(summary)].join("\n")}\n`);
      }
      return { exitCode: exitCodes.done, summary };
    } catch (error) {
      if (!(error instanceof MigrateError) || error.code !== "invalid-input") throw error;
      if (json) return invalid(error, context);
      throw correctTheFiles(error);
    }
  },
};

interface Warning {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

function warningsOf(step: Step): Warning[] {
  const { id, position } = step;
  const { file, line } = position;
  return saidOf(step).map((warning) => ({ id, file, line, message: tell(warning).message }));
}

function text({ file, line, message }: Warning, { style }: Context): string {
  return `${style.yellow("warning:")} ${visible(`${file}:${line}: ${message}`)}`;
}

function notesOf(unset: readonly string[], { style }: Context): string[] {
  if (unset.length === 0) return [];
  const names = list(unset.map(visible), 20);
  const [are, them] = unset.length === 1 ? ["is", "it"] : ["are", "them"];
  const said = `${names} ${are} not set: the fields that use ${them} were not checked; apply needs every value`;
  return [`${style.yellow("note:")} ${said}`];
}

async function invalid(error: MigrateError, context: Context): Promise<Outcome> {
  const { errorSummary, problemsOf } = await import("../render/error-text.js");
  context.printJson({ formatVersion: 1, valid: false, problems: problemsOf(error) });
  return { exitCode: error.exitCode, summary: errorSummary(error) };
}
