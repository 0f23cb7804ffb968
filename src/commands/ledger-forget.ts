import { exitCodes } from "../contract/errors.js";
import { visible } from "../text/visible.js";
import type { Command } from "./command.js";
import { leaseOptions, runOptions } from "./run-options.js";

export const ledgerForget: Command = {
  name: "ledger forget",
  positionals: "<id>",
  describe: { id: "step to forget" },
  summary: "Remove a step from the ledger; if it is in the files, it is pending again",
  server: true,
  examples: [["ledger forget zerglings-views", "changes only the ledger"]],
  async run(context) {
    const engine = await context.engine();
    const { id = "" } = context.positionals;
    await engine.forget(id, { ...runOptions(context), ...leaseOptions(context) });
    context.log.close();
    const summary = `${visible(id)} is no longer in the ledger. If it is still in the files, it is pending again.`;
    context.print(`${summary}\n`);
    return { exitCode: exitCodes.done, summary };
  },
};
