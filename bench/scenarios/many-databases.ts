/** Three steps by pattern in many databases: security, a view and an index. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pMap from "p-map";
import { must as mustAnswer } from "../../test/support/request.js";
import { assertInstalled, bare, bareLook, type Context, concurrency, migrate, readsAtOnce } from "../context.js";
import { databasesOf, writePattern } from "../fixtures.js";
import { milliseconds, must } from "../processes.js";
import type { Row, Scenario } from "../scenario.js";
import { ledgerDatabase } from "../server.js";

const readings = `the same reads through node:http, ${readsAtOnce} at once`;

/** By our series: the work, the series of the counterpart and its description, and the target. */
const works = {
  fresh: [
    "apply for the first time",
    "freshBare",
    `the fewest requests through node:http, ${concurrency} at once`,
    1.3,
  ],
  noop: ["rerun, nothing pending", "noopBare", "the same requests through node:http", 1.5],
  plan: ["plan, nothing pending", "bareRead", readings, 1.3],
  verify: ["apply --verify, nothing drifted", "bareRead", readings, 1.3],
  one: ["apply for one new database", "noop", "rerun, nothing pending", undefined],
} as const;

/**
 * The bare program installs in databases of its own. All exist before; that time is not counted. The first runs are
 * measured once.
 */
export function manyDatabases(count: number): Scenario<Context> {
  return {
    most: count > 1_000 ? 1 : 3,
    rows: Object.entries(works).map(
      ([name, [work, theirs, against, target]]): Row => ({
        id: `${name}-${count}-databases`,
        work: `${work}, 3 steps by pattern in ${count.toLocaleString("en")} databases`,
        ours: name,
        theirs,
        against,
        unit: "ms",
        ...(target === undefined ? {} : { target }),
      }),
    ),
    async prepare(context) {
      const { server } = context;
      const set = `many-${count}`;
      const folder = join(context.folder, set);
      const own = databasesOf({ prefix: `cm-bench-${set}-a`, databases: count, stepsEach: 4 });
      const other = databasesOf({ prefix: `cm-bench-${set}-b`, databases: count, stepsEach: 4 });
      const names = own.map(({ name }) => name);
      const added = `cm-bench-${set}-a-new`;
      const create = (databases: readonly string[]) =>
        pMap(databases, (name) => mustAnswer(server, "PUT", `/${name}`), { concurrency: 8 });
      await mkdir(folder, { recursive: true });
      await writePattern(folder, `cm-bench-${set}-a-*`);
      const plain = join(folder, "plain.json");
      await writeFile(plain, JSON.stringify(other.map((database) => ({ ...database, exists: true }))));
      await create([...names, ...other.map(({ name }) => name)]);
      const apply = migrate(context, "apply", folder, "--set", set);
      const fresh = once(() => milliseconds(apply));
      /** Measured when the set has been applied. */
      const afterwards = (program: typeof apply) => async () => {
        await fresh();
        return milliseconds(program);
      };
      const read = bare(context, "read", ledgerDatabase, set, String(readsAtOnce), ...names);
      return {
        series: {
          async fresh() {
            const time = await fresh();
            await assertInstalled(server, names, 2);
            return time;
          },
          freshBare: once(() => milliseconds(bare(context, "install", plain, String(concurrency)))),
          noop: afterwards(apply),
          noopBare: afterwards(bareLook(context, set, names)),
          plan: afterwards(migrate(context, "plan", folder, "--set", set)),
          verify: afterwards({ ...apply, args: [...apply.args, "--verify"] }),
          bareRead: afterwards(read),
          async one() {
            await fresh();
            await create([added]);
            const time = await milliseconds(apply);
            await assertInstalled(server, [added], 2);
            await server.remove([added]);
            await must(apply);
            return time;
          },
        },
        close: () => server.remove([...own, ...other].map(({ name }) => name)),
      };
    },
  };
}

function once(measure: () => Promise<number>): () => Promise<number> {
  let measured: Promise<number> | undefined;
  return () => {
    measured ??= measure();
    return measured;
  };
}
