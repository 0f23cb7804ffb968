import { exitCodes } from "../errors.js";
import { visible } from "../text/visible.js";
import type { Command } from "./command.js";
import { leaseOptions, runOptions } from "./run-options.js";

export const ledgerRelease: Command = {
  name: "ledger release",
  positionals: "<value>",
  describe: { value: "release to record as the one that is applied, or `none`" },
  summary: "Correct the release that is recorded as applied; nothing but the ledger is changed",
  server: true,
  examples: [
    ["ledger release 41", "where a higher one was recorded by mistake"],
    ["ledger release none", "before the set changes to another sort of release"],
  ],
  async run(context) {
    const engine = await context.engine();
    const { value = "" } = context.positionals;
    await engine.correctRelease(value, { ...runOptions(context), ...leaseOptions(context) });
    context.log.close();
    const summary = value === "none" ? "The set has no release." : `The release of the set is ${visible(value)}.`;
    context.print(`${summary}\n`);
    return { exitCode: exitCodes.done, summary };
  },
};
