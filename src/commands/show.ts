import { exitCodes } from "../contract/errors.js";
import type { Command } from "./command.js";
import { readPlan } from "./plan-file.js";
import { outputPlan } from "./print-plan.js";

export const show: Command = {
  name: "show",
  positionals: "<file>",
  describe: { file: "file that `plan --format json --out` has written" },
  summary: "Show a plan from a file, offline",
  examples: [
    ["show plan.json", "show a plan as plan showed it"],
    ["show plan.json --format markdown --out plan.md", "the same plan for a comment on a pull request"],
  ],
  async run(context) {
    const plan = await readPlan(context.positionals.file ?? "");
    await outputPlan(plan, context);
    return { exitCode: exitCodes.done };
  },
};
