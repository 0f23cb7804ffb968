import { MigrateError } from "../contract/errors.js";
import type { AbortResult, StageResult } from "../contract/results.js";
import { exitCodeOf } from "../engine/exit-code.js";
import { sentence } from "../render/error-text.js";
import { visible } from "../text/visible.js";
import type { Command, Context, Outcome } from "./command.js";
import { readMigrations } from "./migrations.js";
import { leaseOptions, runOptions } from "./run-options.js";

export const stage: Command = {
  name: "stage",
  positionals: "[path]",
  summary: "Build indexes ahead; the next apply switches to them",
  server: true,
  examples: [
    ["stage ./migrations", "before a deployment; changes nothing that applications see"],
    ["stage --timeout 10m", "exit with 6 after ten minutes; CouchDB continues, and so does the next run"],
    ["stage --abort", "remove what was built and is not deployed"],
  ],
  async run(context) {
    const engine = await context.engine();
    const { abort, onOlder, timeout } = context.settings;
    const options = {
      ...runOptions(context),
      ...leaseOptions(context),
      ...(timeout === undefined ? {} : { timeout }),
    };
    if (abort) return printAbort(await engine.abortStage(options), context);
    const migrations = await readMigrations(context);
    try {
      return await printStage(await engine.stage(migrations, { ...options, onOlder }), context);
    } catch (error) {
      // The run ended early: prints what was done, then the error says why.
      if (error instanceof MigrateError && error.data.result) {
        await printStage(error.data.result as StageResult, context);
      }
      throw error;
    }
  },
};

async function printStage(result: StageResult, context: Context): Promise<Outcome> {
  const { stageSummary, stageText } = await import("../render/stage-text.js");
  context.log.close();
  if (context.settings.format === "json") context.printJson(result);
  else context.print(stageText(result, context.style));
  const [first] = result.failures;
  const why = first ? ` ${first.id}: ${sentence(first.message)} ${first.next}` : "";
  return { exitCode: exitCodeOf(result, false), summary: visible(stageSummary(result) + why) };
}

async function printAbort(result: AbortResult, context: Context): Promise<Outcome> {
  const { abortSummary, abortText } = await import("../render/abort-text.js");
  context.log.close();
  if (context.settings.format === "json") context.printJson(result);
  else context.print(abortText(result, context.style));
  return { exitCode: exitCodeOf(result, false), summary: visible(abortSummary(result)) };
}
