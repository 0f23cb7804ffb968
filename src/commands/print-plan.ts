/** Prints a plan according to `--format` and `--out`. Used by `plan`, `apply --dry-run` and `show`. */
import { exitCodes } from "../contract/errors.js";
import type { Plan } from "../contract/results.js";
import { plain, type Style } from "../render/style.js";
import type { Context, Outcome } from "./command.js";
import { writeOut } from "./write-out.js";

export async function printPlan(plan: Plan, context: Context): Promise<Outcome> {
  const summary = await outputPlan(plan, context);
  return { exitCode: exitCodeOf(plan, context.settings), summary: `Planned: ${summary}.` };
}

/** Prints or writes the plan, and returns its summary. */
export async function outputPlan(plan: Plan, context: Context): Promise<string> {
  const { settings, log } = context;
  const { summaryOf } = await import("../render/plan-summary.js");
  const summary = summaryOf(plan);
  if (settings.out === undefined) {
    log.close();
    if (settings.format === "json") context.printJson(plan);
    else context.print(await write(plan, context, context.style, context.columns));
  } else {
    await writeOut(settings.out, await write(plan, context, plain));
    log.info(`${summary}; written to ${settings.out}`);
  }
  return summary;
}

/** @param columns of the terminal; absent: it goes to a file */
async function write(plan: Plan, { settings }: Context, style: Style, columns?: number): Promise<string> {
  switch (settings.format) {
    case "json":
      return (await import("../render/json.js")).jsonText(plan);
    case "markdown":
      return (await import("../render/plan-markdown.js")).planMarkdown(plan, { details: settings.details });
    default:
      return (await import("../render/plan-text.js")).planText(plan, style, {
        details: settings.details,
        ...(columns === undefined ? {} : { columns }),
      });
  }
}

/** If `apply` would refuse something, the plan fails too. */
function exitCodeOf(plan: Plan, { detailedExitcode, onOlder }: Context["settings"]): number {
  if (plan.refused || (plan.older && onOlder === "fail")) return exitCodes.failed;
  if (plan.steps.some(({ action }) => action === "refused")) return exitCodes.failed;
  return detailedExitcode && (plan.older || plan.changes > 0) ? exitCodes.pending : exitCodes.done;
}
