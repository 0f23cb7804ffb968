import { exitCodes } from "../contract/errors.js";
import { visible } from "../text/visible.js";
import type { Command } from "./command.js";
import { leaseOptions, runOptions } from "./run-options.js";

export const ledgerForget: Command = {
  name: "ledger forget",
  positionals: "<id>",
  describe: { id: "step to drop from the ledger" },
  summary: "Drop a step from the ledger; one that is in the files is pending again",
  server: true,
  examples: [["ledger forget zerglings-views", "nothing but the ledger is changed"]],
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
