/** Changed views, deployed staged in the databases of many tenants. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pMap from "p-map";
import { must as mustAnswer } from "../../test/support/request.js";
import { seed } from "../../test/support/seed.js";
import { type Context, migrate } from "../context.js";
import { designDoc } from "../deploy/scene.js";
import { milliseconds } from "../processes.js";
import type { Scenario } from "../scenario.js";
import { ledgerDatabase } from "../server.js";

interface Shape {
  readonly tenants: number;
  readonly designDocs: number;
  readonly documents: number;
  readonly target?: number;
}

/** The bare builds: the same design documents, written under other names, and a query of each, one after another. */
export function stagedForTenants({ tenants, designDocs, documents, target }: Shape): Scenario<Context> {
  const shape = `${tenants} databases × ${designDocs} design documents × ${documents.toLocaleString("en")} documents`;
  return {
    most: 1,
    rows: [
      {
        id: `staged-${tenants}`,
        work: `deploy changed views, staged, ${shape}`,
        ours: "ours",
        theirs: "bare",
        against: "the bare builds, also one at a time",
        unit: "ms",
        ...(target === undefined ? {} : { target }),
      },
    ],
    async prepare(context) {
      const { server } = context;
      const folder = join(context.folder, `staged-${tenants}`);
      const prefix = `cm-bench-staged-${tenants}`;
      const names = Array.from({ length: tenants }, (_, i) => `${prefix}-${i}`);
      const numbers = Array.from({ length: designDocs }, (_, i) => i);
      const creature = (n: number) => ({ n, kind: n % 2 ? "zergling" : "drone", text: "x".repeat(200) });
      const build = async (version: number, called: string) => {
        const began = performance.now();
        const all = names.flatMap((name) => numbers.map((number) => ({ name, number })));
        await pMap(
          all,
          async ({ name, number }) => {
            const at = `/${name}/_design/${called}-${number}`;
            await mustAnswer(server, "PUT", at, { body: designDoc(number * 100 + version) });
            await mustAnswer(server, "GET", `${at}/_view/changing?limit=0`);
          },
          { concurrency: 1 },
        );
        return performance.now() - began;
      };
      for (const name of names) {
        await mustAnswer(server, "PUT", `/${name}`);
        await seed(server, name, documents, creature, 5_000);
      }
      await build(0, "brood");
      const docs = Object.fromEntries(numbers.map((number) => [`brood-${number}`, designDoc(number * 100 + 1)]));
      await mkdir(folder, { recursive: true });
      const step = { id: "views", ensureDesignDocs: { database: `${prefix}-*`, docs } };
      await writeFile(join(folder, "001.yaml"), JSON.stringify([step]));
      return {
        series: {
          ours: () => milliseconds(migrate(context, "apply", folder, "--set", prefix)),
          // The numbers make other indexes than ours.
          bare: () => build(2, "bare"),
        },
        close: () => server.remove([...names, ledgerDatabase]),
      };
    },
  };
}
