import { exitCodes } from "../contract/errors.js";
import { visible } from "../text/visible.js";
import type { Command } from "./command.js";
import { leaseOptions, runOptions } from "./run-options.js";

export const ledgerRelease: Command = {
  name: "ledger release",
  positionals: "<value>",
  describe: { value: "release to record as applied, or `none`" },
  summary: "Correct the recorded release; changes only the ledger",
  server: true,
  examples: [
    ["ledger release 41", "if a higher release was recorded by mistake"],
    ["ledger release none", "before you switch from numbers to times, or back"],
  ],
  async run(context) {
    const engine = await context.engine();
    const { value = "" } = context.positionals;
    await engine.correctRelease(value, { ...runOptions(context), ...leaseOptions(context) });
    context.log.close();
    const summary =
      value === "none" ? "The set has no release now." : `The release of the set is now ${visible(value)}.`;
    context.print(`${summary}\n`);
    return { exitCode: exitCodes.done, summary };
  },
};
