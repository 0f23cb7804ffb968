/** A set with a step of every kind, applied as its plan says, by runs that are interrupted again and again. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { apply, loadMigrations, type Plan, plan } from "../../src/index.js";
import { nextEnv, nextFiles } from "../crash-matrix/next-set.js";
import { env, files, prepare } from "../crash-matrix/set.js";
import { startProxy } from "../support/proxy.js";
import { onNodes, startCouchDB } from "../support/servers.js";
import { tempFolder, writeFiles } from "../support/temp.js";

/** After this many writes, a run is told to stop. */
const patience = 12;

onNodes("a set with a step of every kind", () => {
  it("is applied with its approved plan, and so is its next version, whatever interrupts the runs", async () => {
    const server = await startCouchDB();
    const proxy = await startProxy(server.url);
    try {
      await prepare(server);
      const folder = await tempFolder();
      await writeFiles(join(folder, "first"), files);
      await writeFiles(join(folder, "next"), nextFiles);
      const connection = { url: proxy.url, username: server.admin.name, password: server.admin.password };
      for (const migrations of [
        await loadMigrations(join(folder, "first"), { env }),
        await loadMigrations(join(folder, "next"), { env: nextEnv }),
      ]) {
        const approved: Plan = JSON.parse(JSON.stringify(await plan(migrations, { connection })));
        expect(approved.steps.filter(({ action }) => action === "refused")).toEqual([]);
        let runs = 0;
        for (let done = false; !done; runs += 1) {
          const stop = new AbortController();
          proxy.reset();
          proxy.faultWhen(({ writes }) => writes && proxy.writes().length > patience, {
            during: () => stop.abort(),
          });
          const result = await apply(migrations, { connection, plan: approved, signal: stop.signal }).catch((error) => {
            expect(error.code).toBe("interrupted");
            return { result: "interrupted", failures: [] };
          });
          expect(result.failures).toEqual([]);
          done = result.result === "applied" || result.result === "unchanged";
        }
        expect(runs).toBeGreaterThan(1);
        expect(await plan(migrations, { connection, verify: true })).toMatchObject({ changes: 0 });
      }
    } finally {
      await proxy.close();
      await server.close();
    }
  }, 240_000);
});
