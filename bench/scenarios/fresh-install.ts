/** 100 databases × 5, from nothing: the ledger's database is also created each time. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assertInstalled, bare, bootstrap, type Context, concurrency, migrate } from "../context.js";
import { databasesOf, writeBootstrapFolder, writeMigrations } from "../fixtures.js";
import { type Ended, run } from "../processes.js";
import type { Scenario } from "../scenario.js";
import { ledgerDatabase } from "../server.js";

const work = "fresh install, 100 × 5 (700 steps)";
const attempts = 12;

export const freshInstall: Scenario<Context> = {
  most: 5,
  rows: [
    {
      id: "fresh-700",
      work,
      ours: "ours",
      theirs: "bootstrap",
      against: "couchdb-bootstrap, successful runs",
      unit: "ms",
      target: 0.45,
    },
    {
      id: "fresh-700-bare",
      work,
      ours: "ours",
      theirs: "bare",
      against: `the fewest requests through node:http, ${concurrency} at once`,
      unit: "ms",
      target: 1.3,
    },
  ],
  async prepare(context) {
    const { server } = context;
    const folder = join(context.folder, "fresh");
    const databases = databasesOf({ prefix: "cm-bench-fresh", databases: 100, stepsEach: 7 });
    const names = databases.map(({ name }) => name);
    const plain = join(context.folder, "fresh.json");
    await writeMigrations(join(folder, "migrations"), databases);
    await writeBootstrapFolder(join(folder, "bootstrap"), databases);
    await writeFile(plain, JSON.stringify(databases));
    const other = await bootstrap(context, join(folder, "bootstrap"));
    const counts = { runs: 0, died: 0 };
    const clean = () => server.remove([...names, ledgerDatabase]);

    async function fresh(install: () => Promise<Ended>): Promise<Ended> {
      await clean();
      await new Promise((resolve) => setTimeout(resolve, 500));
      return install();
    }

    async function sound({ code, milliseconds, stdout, stderr }: Ended): Promise<number> {
      if (code !== 0) throw new Error(`a fresh install ended with ${code}\n${stdout}${stderr}`);
      await assertInstalled(server, names, 5);
      return milliseconds;
    }

    async function bootstrapped(): Promise<number> {
      for (let left = attempts; left > 0; left -= 1) {
        const ended = await fresh(() => run(other));
        counts.runs += 1;
        if (ended.code === 0) return sound(ended);
        counts.died += 1;
      }
      throw new Error(`couchdb-bootstrap died ${attempts} times on end`);
    }

    const apply = migrate(context, "apply", join(folder, "migrations"));
    const requests = bare(context, "install", plain, String(concurrency));
    return {
      series: {
        ours: async () => sound(await fresh(() => run(apply))),
        bare: async () => sound(await fresh(() => run(requests))),
        bootstrap: bootstrapped,
      },
      notes: () =>
        counts.runs === 0
          ? []
          : [
              `${counts.died} of ${counts.runs} fresh runs of couchdb-bootstrap failed; only successful runs are timed.`,
            ],
      close: clean,
    };
  },
};
