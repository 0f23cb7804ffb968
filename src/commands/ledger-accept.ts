import { exitCodes } from "../contract/errors.js";
import { visible } from "../text/visible.js";
import type { Command } from "./command.js";
import { readMigrations } from "./migrations.js";
import { leaseOptions, runOptions } from "./run-options.js";

export const ledgerAccept: Command = {
  name: "ledger accept",
  positionals: "<id> [path]",
  describe: { id: "step to take as it now stands in the files" },
  summary: "Record a step as applied as it now stands in the files, without doing anything",
  server: true,
  examples: [["ledger accept backfill-names", "after a one-time step was edited that had been applied"]],
  async run(context) {
    const migrations = await readMigrations(context);
    const engine = await context.engine();
    const { id = "" } = context.positionals;
    await engine.accept(id, migrations, { ...runOptions(context), ...leaseOptions(context) });
    context.log.close();
    const summary = `${visible(id)} is recorded as it stands in the files.`;
    context.print(`${summary}\n`);
    return { exitCode: exitCodes.done, summary };
  },
};
