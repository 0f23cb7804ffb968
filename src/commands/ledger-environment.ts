import { exitCodes } from "../contract/errors.js";
import { InvalidSettings } from "../settings/problems.js";
import { undeclared } from "../settings/undeclared.js";
import { visible } from "../text/visible.js";
import type { Command } from "./command.js";
import { leaseOptions, runOptions } from "./run-options.js";

export const ledgerEnvironment: Command = {
  name: "ledger environment",
  positionals: "<value>",
  describe: { value: "environment to record, or `none`" },
  summary: "Correct the environment that the ledger belongs to; changes only the ledger",
  server: true,
  examples: [
    ["ledger environment staging", "after an environment was renamed"],
    ["ledger environment none", "the ledger belongs to the environment of the next apply"],
  ],
  async run(context) {
    const { value = "" } = context.positionals;
    const { environments } = context.resolved;
    if (value !== "none" && !environments.includes(value)) {
      throw new InvalidSettings([`value: ${undeclared(value, environments)}`]);
    }
    const engine = await context.engine();
    await engine.correctEnvironment(value, { ...runOptions(context), ...leaseOptions(context) });
    context.log.close();
    const summary =
      value === "none"
        ? "The ledger belongs to no environment now."
        : `The ledger belongs to the environment ${visible(value)} now.`;
    context.print(`${summary}\n`);
    return { exitCode: exitCodes.done, summary };
  },
};
