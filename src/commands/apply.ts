import type { Connection } from "../contract/connection.js";
import { MigrateError } from "../contract/errors.js";
import type { ApplyResult } from "../contract/results.js";
import { exitCodeOf } from "../engine/exit-code.js";
import type { ConnectedOptions, FirstLook, FirstResult } from "../engine/open-server.js";
import type { LoadOptions } from "../migrations/load.js";
import { sentence } from "../render/error-text.js";
import { InvalidSettings } from "../settings/problems.js";
import { visible } from "../text/visible.js";
import type { Command, Context, Outcome } from "./command.js";
import { readMigrations } from "./migrations.js";
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
    ["apply --part 2/4", "one of four processes that change many documents together"],
  ],
  async run(context) {
    if (context.settings.dryRun) return (await import("./plan.js")).planOrRehearse(context);
    if (context.settings.format === "markdown") {
      throw new InvalidSettings(["--format: only plans have `markdown`; add --dry-run, or choose text or json"]);
    }
    const first = await lookFirst(context);
    if (first && "result" in first) return printResult(first.result, context);
    const look: [FirstLook?] = first ? [first.look] : [];
    const migrations = await readMigrations(context, await whileReading(context, ...look));
    const engine = await context.engine();
    return withServer(context, async (connection) => {
      try {
        return await printResult(await engine.apply(migrations, optionsOf(context, connection), ...look), context);
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

async function lookFirst(context: Context): Promise<FirstResult | undefined> {
  const { settings, env, connection, fastPath } = context;
  if (!fastPath || !connection) return undefined;
  return (await fastPath()).firstLook(settings.path, env, optionsOf(context, connection));
}

/** If every step is checked anyway, checking can start with the steps of the first files. */
async function whileReading({ settings, fastPath }: Context, look?: FirstLook): Promise<Pick<LoadOptions, "eachFile">> {
  if (!look || !settings.verify || !fastPath) return {};
  return { eachFile: await (await fastPath()).lookAhead(look, settings.concurrency) };
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
  context.log.close();
  if (context.settings.format === "json") {
    context.printJson(result);
  } else {
    context.print(applyText(result, context.style));
  }
  const first = result.failures[0];
  const why = first ? ` ${first.id}: ${sentence(first.message)} ${first.next}` : "";
  const exitCode = exitCodeOf(result, context.settings.detailedExitcode);
  return { exitCode, summary: visible(applySummary(result) + why) };
}
