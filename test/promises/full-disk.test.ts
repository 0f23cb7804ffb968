/** CouchDB's disk is full: the run fails with that, whatever it was about to write. */
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { runCli } from "../support/cli.js";
import { uniqueName } from "../support/databases.js";
import { must } from "../support/request.js";
import { type CouchNode, onNodes, startCouchDB } from "../support/servers.js";
import { fill, smallDisk } from "../support/small-disk.js";
import { tempFolder } from "../support/temp.js";

onNodes("a server whose disk is full", () => {
  async function apply(node: CouchNode, steps: readonly object[], ...flags: readonly string[]) {
    const folder = await tempFolder({ "001.yaml": JSON.stringify(steps) });
    const args = ["apply", join(folder, "001.yaml"), "--log-format", "json", ...flags];
    const { code, stderr } = await runCli(args, { env: { COUCHDB_URL: node.url.replace("//", "//admin:secret@") } });
    return {
      code,
      lines: stderr
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    };
  }

  it("is reported before the lease, in a step and in the ledger, and a run that finds room completes", async ({
    skip,
  }) => {
    const disk = await smallDisk(8);
    if (disk === undefined) return skip("no disk can be mounted here");
    const node = await startCouchDB({ ini: { couchdb: { database_dir: disk } } });
    onTestFinished(node.close);
    const database = uniqueName("full");
    const steps = [{ id: "db", ensureDatabase: { name: database } }];
    expect(await apply(node, steps)).toMatchObject({ code: 0 });

    const empty = await fill(disk);
    const docs = [{ _id: "a", text: "x".repeat(10_000) }];
    const more = [...steps, { id: "docs", ensureDocuments: { database, docs } }];
    const failed = await apply(node, more);
    expect(failed.code).toBe(1);
    expect(failed.lines.at(-1)).toMatchObject({
      code: "disk-full",
      msg: expect.stringContaining("CouchDB's disk is full"),
      next: expect.stringMatching(/^Free space on CouchDB's disk/),
    });

    await empty();
    expect(await apply(node, more)).toMatchObject({ code: 0 });
    expect(await must(node, "GET", `/${database}/a`)).toMatchObject({ _id: "a" });
  });
});
