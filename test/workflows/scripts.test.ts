/** The script that CI runs before the tests. */
import { execFileSync } from "node:child_process";
import { expect, it, onTestFinished } from "vitest";
import { root } from "../support/cli.js";
import { must } from "../support/request.js";
import { onNodes, startCouchDB } from "../support/servers.js";

onNodes("system-databases", () => {
  it("creates what an unconfigured node lacks, and then finds it", async () => {
    const node = await startCouchDB({ clustered: true });
    onTestFinished(node.close);
    expect(await must(node, "GET", "/_all_dbs")).toEqual([]);
    const { name, password } = node.admin;
    const env = { PATH: process.env.PATH, COUCHDB_URL: node.url.replace("//", `//${name}:${password}@`) };
    for (const _ of ["creates", "finds"]) {
      const said = execFileSync(process.execPath, ["scripts/ci/system-databases.mjs"], {
        cwd: root,
        env,
        encoding: "utf8",
      });
      expect(said).toBe(`${node.url} has its system databases\n`);
      expect(await must(node, "GET", "/_all_dbs")).toEqual(["_global_changes", "_replicator", "_users"]);
    }
  });
});
