/** A plan of many steps over 100 databases, none of which exists. */
import { join } from "node:path";
import { type Context, migrate } from "../context.js";
import { databasesOf, writeMigrations } from "../fixtures.js";
import { milliseconds } from "../processes.js";
import type { Scenario } from "../scenario.js";

export const planOfMany: Scenario<Context> = {
  rows: [
    {
      id: "plan-10000",
      work: "plan of 10,000 steps",
      ours: "many",
      theirs: "few",
      against: "the same for 1,000",
      unit: "ms",
      target: 11,
    },
  ],
  async prepare(context) {
    const plan = async (name: string, stepsEach: number) => {
      const folder = join(context.folder, "plan", name);
      await writeMigrations(folder, databasesOf({ prefix: "cm-bench-plan", databases: 100, stepsEach }));
      return migrate(context, "plan", folder, "--set", "bench-plan");
    };
    const many = await plan("many", 100);
    const few = await plan("few", 10);
    return { series: { many: () => milliseconds(many), few: () => milliseconds(few) }, close: async () => {} };
  },
};
