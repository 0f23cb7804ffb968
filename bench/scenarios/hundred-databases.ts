/** 100 databases × 5: 700 steps, nothing pending. */
import { join } from "node:path";
import { bareLook, bootstrap, type Context, migrate } from "../context.js";
import { databasesOf, writeBootstrapFolder, writeMigrations } from "../fixtures.js";
import { milliseconds, must, peakMemory, run } from "../processes.js";
import type { Scenario } from "../scenario.js";

const against = "couchdb-bootstrap's rerun";

export const hundredDatabases: Scenario<Context> = {
  warmUp: 1,
  rows: [
    {
      id: "rerun-700",
      work: "rerun, nothing pending, 100 × 5 (700 steps)",
      ours: "ours",
      theirs: "bootstrap",
      against,
      unit: "ms",
      target: 0.1,
    },
    {
      id: "rerun-700-bare",
      work: "rerun, nothing pending, 100 × 5 (700 steps)",
      ours: "ours",
      theirs: "bare",
      against: "the same requests through node:http",
      unit: "ms",
    },
    {
      id: "verify-700",
      work: "apply --verify, nothing drifted, 100 × 5",
      ours: "verify",
      theirs: "bootstrap",
      against,
      unit: "ms",
      target: 0.5,
    },
    {
      id: "memory-700",
      work: "peak memory, rerun of 700 steps",
      ours: "memory",
      theirs: "nothing",
      against: "node with an empty program",
      unit: "MB",
      target: 1.6,
    },
  ],
  async prepare(context) {
    const folder = join(context.folder, "hundred");
    const ours = databasesOf({ prefix: "cm-bench-hundred-a", databases: 100, stepsEach: 7 });
    const theirs = databasesOf({ prefix: "cm-bench-hundred-b", databases: 100, stepsEach: 7 });
    await writeMigrations(join(folder, "migrations"), ours);
    await writeBootstrapFolder(join(folder, "bootstrap"), theirs);
    const apply = migrate(context, "apply", join(folder, "migrations"), "--set", "bench-hundred");
    const look = bareLook(
      context,
      "bench-hundred",
      ours.map(({ name }) => name),
    );
    const verify = { ...apply, args: [...apply.args, "--verify"] };
    const other = await bootstrap(context, join(folder, "bootstrap"));
    await must(apply);
    await completed(async () => (await run(other)).code === 0);
    return {
      series: {
        ours: () => milliseconds(apply),
        bare: () => milliseconds(look),
        verify: () => milliseconds(verify),
        bootstrap: () => milliseconds(other),
        memory: () => peakMemory(apply),
        nothing: () => peakMemory({ args: ["--eval", "0"] }),
      },
      close: () => context.server.remove([...ours, ...theirs].map(({ name }) => name)),
    };
  },
};

/** If a run of couchdb-bootstrap dies, the next one continues. */
async function completed(attempt: () => Promise<boolean>): Promise<void> {
  for (let left = 20; left > 0; left -= 1) if (await attempt()) return;
  throw new Error("couchdb-bootstrap never succeeded");
}
