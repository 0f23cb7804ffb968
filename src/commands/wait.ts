import { exitCodes } from "../contract/errors.js";
import type { Command } from "./command.js";
import { runOptions } from "./run-options.js";

export const wait: Command = {
  name: "wait",
  summary: "Wait until CouchDB is ready, as apply does",
  server: true,
  examples: [["wait --wait 2m", "for two minutes at most"]],
  async run(context) {
    const engine = await context.engine();
    const options = runOptions(context);
    await engine.wait(options);
    context.log.close();
    context.print("CouchDB is ready.\n");
    return { exitCode: exitCodes.done, summary: "CouchDB is ready." };
  },
};
