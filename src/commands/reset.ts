import { exitCodes } from "../contract/errors.js";
import type { Event } from "../contract/events.js";
import type { ResetPlan } from "../contract/reset.js";
import type { ApplyResult } from "../contract/results.js";
import { exitCodeOf } from "../engine/exit-code.js";
import { InvalidSettings } from "../settings/problems.js";
import { visible } from "../text/visible.js";
import type { Command, Context, Outcome } from "./command.js";
import { isGiven, withDevServer } from "./dev-server.js";
import { isYes, keyboardOf } from "./keyboard.js";
import { readMigrations } from "./migrations.js";
import { leaseOptions, runOptions } from "./run-options.js";

export const reset: Command = {
  name: "reset",
  positionals: "[path]",
  summary: "Remove what the set created, in development only, and apply it again",
  server: isGiven,
  examples: [
    ["reset", "the embedded server of `dev`; asks first"],
    ["reset --yes --url http://admin:password@127.0.0.1:5984", "a CouchDB on this machine, without asking"],
  ],
  async run(context) {
    const { settings, stdin } = context;
    const keyboard = settings.yes ? undefined : keyboardOf(stdin?.());
    if (!settings.yes && !keyboard)
      throw new InvalidSettings(["reset asks on a terminal; without one, it needs --yes"]);
    // Nothing is removed if the files could not be applied afterwards.
    const migrations = await readMigrations(context);
    const engine = await context.engine();
    const { reset: resetSet } = await import("../engine/reset/reset.js");
    const { isEmpty, resetText } = await import("../render/reset-text.js");
    return withDevServer(context, true, async ({ connection, embedded }) => {
      const options = { ...runOptions(context, connection), ...leaseOptions(context), allowRevert: true };
      const where = embedded ? "the embedded server" : connection.url;
      const agree = async (plan: ResetPlan) => {
        if (!keyboard || isEmpty(plan)) return true;
        context.log.close();
        context.print(`${resetText(plan, `Would be removed from ${where}`, context.style)}Remove all of it? [y/N] `);
        const agreed = await isYes(keyboard, context.signal);
        context.print(agreed ? "y\n" : "n\n");
        return agreed;
      };
      const removed = await resetSet({ ...options, agree });
      if (!removed) return { exitCode: exitCodes.done, summary: "Nothing was removed." };
      const { emit } = options;
      // Reported when the removal began.
      const again = { ...options, emit: (event: Event) => event.type !== "connected" && emit?.(event) };
      return print(removed, await engine.apply(migrations, again), where, context);
    });
  },
};

async function print(removed: ResetPlan, result: ApplyResult, where: string, context: Context): Promise<Outcome> {
  const { applySummary, applyText } = await import("../render/apply-text.js");
  const { isEmpty, resetText } = await import("../render/reset-text.js");
  const { settings, style } = context;
  context.log.close();
  if (settings.format === "json") context.printJson({ formatVersion: 1, removed, applied: result });
  else {
    const head = isEmpty(removed) ? `Nothing to remove from ${where}` : `Removed from ${where}`;
    context.print(`${resetText(removed, head, style)}\n${applyText(result, style)}`);
  }
  return { exitCode: exitCodeOf(result, false), summary: visible(applySummary(result)) };
}
