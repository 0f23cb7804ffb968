import { exitCodes } from "../contract/errors.js";
import { visible } from "../text/visible.js";
import type { Command } from "./command.js";
import { readMigrations } from "./migrations.js";
import { leaseOptions, runOptions } from "./run-options.js";

export const ledgerAccept: Command = {
  name: "ledger accept",
  positionals: "<id> [path]",
  describe: { id: "step to record" },
  summary: "Record a step as applied, as it is in the files now, without running it",
  server: true,
  examples: [["ledger accept backfill-names", "you edited a one-time step that was applied, or restored its database"]],
  async run(context) {
    const migrations = await readMigrations(context);
    const engine = await context.engine();
    const { id = "" } = context.positionals;
    await engine.accept(id, migrations, { ...runOptions(context), ...leaseOptions(context) });
    context.log.close();
    const summary = `${visible(id)} is recorded as applied, as it is in the files now.`;
    context.print(`${summary}\n`);
    return { exitCode: exitCodes.done, summary };
  },
};
