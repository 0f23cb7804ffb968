import { exitCodes } from "../contract/errors.js";
import type { Unlocked } from "../contract/results.js";
import { visible } from "../text/visible.js";
import type { Command } from "./command.js";
import { runOptions } from "./run-options.js";

export const unlock: Command = {
  name: "unlock",
  summary: "Release the leases of runners that are gone, and name their holders",
  server: true,
  examples: [["unlock", "only if you are certain that their holders are gone"]],
  async run(context) {
    const engine = await context.engine();
    const lines = releasedLines(await engine.unlock(runOptions(context)));
    context.log.close();
    const [first = "The lease is free; there was nothing to release."] = lines;
    context.print(`${[first, ...lines.slice(1)].join("\n")}\n`);
    return { exitCode: exitCodes.done, summary: lines.length > 1 ? `Released ${lines.length} leases.` : first };
  },
};

/** One line for the set's lease, and one for each part. */
function releasedLines({ lease, parts }: Unlocked): string[] {
  const since = (text: string) => `held since ${visible(text)}.`;
  return [
    ...(lease ? [`Released the lease of ${visible(lease.holder)}, ${since(lease.since)}`] : []),
    ...parts.map(
      (part) =>
        `Released the lease of ${visible(part.holder)} for part ${part.number} of ${visible(part.step)}, ${since(part.since)}`,
    ),
  ];
}
