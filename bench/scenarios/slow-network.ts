/** 100 databases × 5 across a slow network: how often a run waits for a round trip. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assertInstalled, bare, bareLook, type Context, concurrency, migrate, readsAtOnce } from "../context.js";
import { databasesOf, writeMigrations } from "../fixtures.js";
import { milliseconds, must } from "../processes.js";
import type { Row, Scenario } from "../scenario.js";
import { ledgerDatabase } from "../server.js";
import { slowNetwork } from "../slow-network.js";

const readings = `the same reads through node:http, ${readsAtOnce} at once, same delay`;

/** By our series: the work, the series of the counterpart and its description, and the target. */
const works = {
  noop: ["rerun, nothing pending", "noopBare", "the same requests through node:http, same delay", 1.5],
  plan: ["plan, nothing pending", "bareRead", readings, 1.3],
  verify: ["apply --verify, nothing drifted", "bareRead", readings, 1.3],
  fresh: [
    "fresh install",
    "freshBare",
    `the fewest requests through node:http, ${concurrency} at once, same delay`,
    1.3,
  ],
} as const;

export function acrossNetwork(roundTrip: number): Scenario<Context> {
  return {
    most: 3,
    rows: Object.entries(works).map(
      ([name, [work, theirs, against, target]]): Row => ({
        id: `${name}-${roundTrip}ms`,
        work: `${work}, 100 × 5 (700 steps), round trip of ${roundTrip} ms`,
        ours: name,
        theirs,
        against,
        unit: "ms",
        target,
      }),
    ),
    async prepare(given) {
      const network = await slowNetwork(given.server.url, roundTrip);
      const at = (url: string) => url.replace(new URL(given.server.url).host, new URL(network.url).host);
      const context = { ...given, server: { ...given.server, fullUrl: at(given.server.fullUrl) } };
      const kept = await prepareSet(context, `slow-${roundTrip}`);
      const fresh = await prepareSet(context, `slow-fresh-${roundTrip}`);
      await must(kept.apply);
      const installed = async (program: typeof kept.apply) => {
        await given.server.remove([...fresh.names, ledgerDatabase]);
        await new Promise((resolve) => setTimeout(resolve, 500));
        const time = await milliseconds(program);
        await assertInstalled(given.server, fresh.names, 5);
        // The other programs need the ledger of the other set.
        await must(kept.apply);
        return time;
      };
      const look = bareLook(context, kept.set, kept.names);
      const read = bare(context, "read", ledgerDatabase, kept.set, String(readsAtOnce), ...kept.names);
      const install = bare(context, "install", fresh.plain, String(concurrency));
      return {
        series: {
          noop: () => milliseconds(kept.apply),
          noopBare: () => milliseconds(look),
          plan: () => milliseconds(kept.plan),
          verify: () => milliseconds({ ...kept.apply, args: [...kept.apply.args, "--verify"] }),
          bareRead: () => milliseconds(read),
          fresh: () => installed(fresh.apply),
          freshBare: () => installed(install),
        },
        async close() {
          await network.close();
          await given.server.remove([...kept.names, ...fresh.names]);
        },
      };
    },
  };
}

async function prepareSet(context: Context, set: string) {
  const folder = join(context.folder, set);
  const databases = databasesOf({ prefix: `cm-bench-${set}`, databases: 100, stepsEach: 7 });
  const plain = join(context.folder, `${set}.json`);
  await writeMigrations(folder, databases);
  await writeFile(plain, JSON.stringify(databases));
  return {
    set,
    plain,
    names: databases.map(({ name }) => name),
    apply: migrate(context, "apply", folder, "--set", set),
    plan: migrate(context, "plan", folder, "--set", set),
  };
}
