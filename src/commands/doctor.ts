import { bug } from "../contract/errors.js";
import type { DoctorOptions } from "../contract/options.js";
import { exitCodeOf } from "../doctor/exit-code.js";
import { withChecks } from "../doctor/result.js";
import type { Command, Context } from "./command.js";
import { hasMigrations, scopeOf } from "./migrations.js";
import { runOptions } from "./run-options.js";

export const doctor: Command = {
  name: "doctor",
  positionals: "[path]",
  summary: "Check settings, connection, server, permissions, ledger and lease; change nothing",
  server: true,
  reportsSettings: true,
  examples: [
    ["doctor", "the first thing to run if something does not work"],
    ["doctor --format json", "for a bug report; the output contains no secrets"],
  ],
  async run(context) {
    const engine = await context.engine();
    const { settingsChecks } = await import("./doctor-settings.js");
    const diagnosis = withChecks(await engine.doctor(optionsOf(context)), settingsChecks(context.resolved));
    const { doctorSummary, doctorText } = await import("../render/doctor-text.js");
    context.log.close();
    if (context.settings.format === "json") context.printJson(diagnosis);
    else context.print(doctorText(diagnosis, context.style));
    return { exitCode: exitCodeOf(diagnosis.checks), summary: doctorSummary(diagnosis) };
  },
};

function optionsOf(context: Context): DoctorOptions {
  const { settings, log, signal, resolved, connection } = context;
  const files = { ...scopeOf(context), ...(hasMigrations(context) ? { path: settings.path } : {}) };
  // If a setting is invalid, the value used instead may point to another server, or be another password.
  if (resolved.problems.length > 0) {
    return { ...files, emit: log.emit, signal, offline: "the settings are invalid, so nothing was sent" };
  }
  if (!connection) throw bug("doctor has no connection");
  return { ...runOptions(context, connection), ...files };
}
