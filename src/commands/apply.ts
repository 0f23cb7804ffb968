import { setImmediate as otherWork } from "node:timers/promises";
import type { Connection } from "../contract/connection.js";
import { MigrateError } from "../contract/errors.js";
import type { ApplyResult, Plan } from "../contract/results.js";
import { exitCodeOf } from "../engine/exit-code.js";
import type { ConnectedOptions, FirstResult, Reading } from "../engine/open-server.js";
import { sentence } from "../render/error-text.js";
import { InvalidSettings } from "../settings/problems.js";
import { visible } from "../text/visible.js";
import type { Command, Context, Outcome } from "./command.js";
import { readMigrations, scopeOf } from "./migrations.js";
import { partOf } from "./part.js";
import { leaseOptions, runOptions } from "./run-options.js";
import { withServer } from "./with-server.js";

export const apply: Command = {
  name: "apply",
  positionals: "[path]",
  summary: "Apply what is pending",
  server: true,
  examples: [
    ["apply", "apply ./migrations"],
    ["apply --dry-run", "show what would be done; write nothing"],
    ["apply --verify", "compare every step with the server and repair drift"],
    ["apply --timeout 5m --log-format json", "as an initContainer"],
    ["apply --plan plan.json", "apply only what this plan contains: someone has approved it"],
    ["apply --part 2/4", "one of four processes that change many documents together"],
  ],
  async run(context) {
    assertOneMode(context.settings);
    if (context.settings.dryRun) return (await import("./plan.js")).planOrRehearse(context);
    if (context.settings.format === "markdown") {
      throw new InvalidSettings(["--format: only plans have `markdown`; add --dry-run, or choose text or json"]);
    }
    const approved = await approvedPlan(context);
    const first = (await mayEndEarly(approved, context)) ? await lookFirst(context) : undefined;
    if (first && "result" in first) return printResult(first.result, context);
    const { look, ...reading } = first ?? {};
    const migrations = await readMigrations(context, reading);
    const engine = await context.engine();
    return withServer(context, async (connection) => {
      try {
        const options = { ...optionsOf(context, connection), ...(approved ? { plan: approved } : {}) };
        return await printResult(await engine.apply(migrations, options, ...(look ? [look] : [])), context);
      } catch (error) {
        // The run ended early: prints what happened to the steps, then the error says why.
        if (error instanceof MigrateError && error.data.result) {
          await printResult(error.data.result as ApplyResult, context);
        }
        throw error;
      }
    });
  },
};

function assertOneMode({ plan, part, dryRun }: Context["settings"]): void {
  if (plan === undefined || !(dryRun || part !== undefined)) return;
  const why = dryRun
    ? "--plan: with --dry-run, nothing is applied; `couchdb-migrate show` shows the plan in the file"
    : "--plan: an approved plan can't be applied in parts; remove --part";
  throw new InvalidSettings([why]);
}

/** Read before anything is sent. */
async function approvedPlan({ settings }: Context): Promise<Plan | undefined> {
  if (settings.plan === undefined) return undefined;
  const plan = await (await import("./plan-file.js")).readPlan(settings.plan);
  (await import("../engine/approval/same-server.js")).assertSameSet(plan, settings);
  return plan;
}

/** A run that ends early compares nothing with the plan, so it would not warn. */
async function mayEndEarly(approved: Plan | undefined, { settings }: Context): Promise<boolean> {
  if (!approved) return true;
  const { optionWarnings } = await import("../engine/approval/warn-of-options.js");
  return optionWarnings(approved, settings).length === 0;
}

/** The result of a run that has nothing to do, or what it continues with. Requests continue between two files. */
async function lookFirst(context: Context): Promise<Extract<FirstResult, { result: unknown }> | Reading | undefined> {
  const { settings, connection, fastPath } = context;
  if (!fastPath || !connection) return undefined;
  const options = optionsOf(context, connection);
  const path = await fastPath();
  if (settings.verify) return path.startReading(options);
  const first = await path.firstLook(settings.path, scopeOf(context), options);
  return "result" in first ? first : { ...first, eachFile: () => otherWork() };
}

function optionsOf(context: Context, connection: Connection): ConnectedOptions {
  const { timeout, part } = context.settings;
  return {
    ...runOptions(context, connection),
    ...leaseOptions(context),
    onOlder: context.settings.onOlder,
    ...(timeout === undefined ? {} : { timeout }),
    ...(part === undefined ? {} : { part: partOf(part, context.env) }),
  };
}

async function printResult(result: ApplyResult, context: Context): Promise<Outcome> {
  const { applySummary, applyText } = await import("../render/apply-text.js");
  const { settings, style, columns } = context;
  context.log.close();
  if (settings.format === "json") {
    context.printJson(result);
  } else {
    if (result.unapproved) {
      const { planText } = await import("../render/plan-text.js");
      context.print(`${planText(result.unapproved, style, { columns, title: "Not in the approved plan, for" })}\n`);
    }
    context.print(applyText(result, style, settings.plan));
  }
  const first = result.failures[0];
  const why = first ? ` ${first.id}: ${sentence(first.message)} ${first.next}` : "";
  const exitCode = exitCodeOf(result, context.settings.detailedExitcode);
  return { exitCode, summary: visible(applySummary(result, settings.plan) + why) };
}
