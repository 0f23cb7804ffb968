import { exitCodes } from "../contract/errors.js";
import { visible } from "../text/visible.js";
import type { Command } from "./command.js";
import { readMigrations } from "./migrations.js";
import { leaseOptions, runOptions } from "./run-options.js";

export const ledgerAccept: Command = {
  name: "ledger accept",
  positionals: "<id> [path]",
  describe: { id: "step to record" },
  summary: "Record the present form of a step as applied, without running it",
  server: true,
  examples: [["ledger accept backfill-names", "after you edited an applied one-time step, or restored its database"]],
  async run(context) {
    const migrations = await readMigrations(context);
    const engine = await context.engine();
    const { id = "" } = context.positionals;
    await engine.accept(id, migrations, { ...runOptions(context), ...leaseOptions(context) });
    context.log.close();
    const summary = `${visible(id)}: the form in the files is now recorded as applied.`;
    context.print(`${summary}\n`);
    return { exitCode: exitCodes.done, summary };
  },
};
