/** The usual run of an initContainer: one database with one design document, and nothing to do. */
import { join } from "node:path";
import { bareLook, bootstrap, type Context, migrate } from "../context.js";
import { databasesOf, writeBootstrapFolder, writeMigrations } from "../fixtures.js";
import { milliseconds, must } from "../processes.js";
import type { Scenario } from "../scenario.js";

const work = "rerun, nothing pending, 1 database × 1 design document";

export const oneDatabase: Scenario<Context> = {
  warmUp: 1,
  rows: [
    {
      id: "rerun-1",
      work,
      ours: "ours",
      theirs: "bootstrap",
      against: "couchdb-bootstrap's rerun",
      unit: "ms",
      target: 0.5,
    },
    {
      id: "rerun-1-bare",
      work,
      ours: "ours",
      theirs: "bare",
      against: "the same requests through node:http",
      unit: "ms",
      target: 1.5,
    },
  ],
  async prepare(context) {
    const folder = join(context.folder, "one");
    const [ours, theirs] = ["cm-bench-one-a", "cm-bench-one-b"].map((prefix) =>
      databasesOf({ prefix, databases: 1, stepsEach: 4 }),
    );
    await writeMigrations(join(folder, "migrations"), ours ?? []);
    await writeBootstrapFolder(join(folder, "bootstrap"), theirs ?? []);
    const apply = migrate(context, "apply", join(folder, "migrations"), "--set", "bench-one");
    const other = await bootstrap(context, join(folder, "bootstrap"));
    const names = [...(ours ?? []), ...(theirs ?? [])].map(({ name }) => name);
    await must(apply);
    await must(other);
    const look = bareLook(context, "bench-one", names.slice(0, 1));
    return {
      series: {
        ours: () => milliseconds(apply),
        bootstrap: () => milliseconds(other),
        bare: () => milliseconds(look),
      },
      close: () => context.server.remove(names),
    };
  },
};
