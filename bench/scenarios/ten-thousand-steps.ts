/** 10,000 steps over 100 databases compared with 1,000: the cost grows at most in proportion to the work. */
import { join } from "node:path";
import { type Context, installed, migrate } from "../context.js";
import { databasesOf, writeMigrations } from "../fixtures.js";
import { milliseconds } from "../processes.js";
import type { Scenario } from "../scenario.js";

export const tenThousandSteps: Scenario<Context> = {
  warmUp: 0,
  rows: [
    {
      id: "rerun-10000",
      work: "rerun, nothing pending, 10,000 steps over 100 databases",
      ours: "many",
      theirs: "few",
      against: "the same for 1,000",
      unit: "ms",
      target: 2,
    },
    {
      id: "ledger-10000",
      work: "fresh install of 10,000 steps: bytes written to the ledger",
      ours: "manyBytes",
      theirs: "fewBytes",
      against: "for 1,000",
      unit: "bytes",
      target: 11,
    },
  ],
  async prepare(context) {
    const names: string[] = [];
    const install = async (set: string, stepsEach: number) => {
      const folder = join(context.folder, set);
      const databases = databasesOf({ prefix: `cm-${set}`, databases: 100, stepsEach });
      names.push(...databases.map(({ name }) => name));
      await writeMigrations(folder, databases);
      const bytes = await installed(context, set, folder);
      return { bytes, apply: migrate(context, "apply", folder, "--set", set) };
    };
    const few = await install("bench-few", 10);
    const many = await install("bench-many", 100);
    return {
      series: {
        many: () => milliseconds(many.apply),
        few: () => milliseconds(few.apply),
        manyBytes: async () => many.bytes,
        fewBytes: async () => few.bytes,
      },
      close: () => context.server.remove(names),
    };
  },
};
