import { exitCodes } from "../errors.js";
import { visible } from "../text/visible.js";
import type { Command } from "./command.js";
import { runOptions } from "./run-options.js";

export const unlock: Command = {
  name: "unlock",
  summary: "Release the lease of a runner that is gone, and say whose it was",
  server: true,
  examples: [["unlock", "only where its holder is gone for certain"]],
  async run(context) {
    const engine = await context.engine();
    const released = await engine.unlock(runOptions(context));
    context.log.close();
    const summary = released
      ? `Released the lease of ${visible(released.holder)}, held since ${visible(released.since)}.`
      : "The lease is free: there was nothing to release.";
    context.print(`${summary}\n`);
    return { exitCode: exitCodes.done, summary };
  },
};
