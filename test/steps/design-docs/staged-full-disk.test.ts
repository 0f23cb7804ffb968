/** A staged deployment whose index does not fit on the disk, which is a small one in memory. */
import { spawnSync } from "node:child_process";
import { expect, it, onTestFinished } from "vitest";
import { must, request, until } from "../../support/request.js";
import { onNodes, startCouchDB } from "../../support/servers.js";
import { smallDisk } from "../../support/small-disk.js";
import { bigDatabase, bring, designDocs, desiredOf, docOf, indexOf, oldView, open } from "./big-database.js";

const size = (megabytes: number) => `size=${megabytes}m`;

/** Its index needs several times the space of the former one, and can't be compressed. */
const wide = {
  map: `function (doc) {
    var text = "", n = doc.n + 1;
    while (text.length < 1500) text += (n = (n * 16807) % 2147483647).toString(36);
    emit(doc.n, text);
  }`,
};

onNodes("a staged deployment", () => {
  it("fails if the disk is full, and is finished by a run that finds room", async ({ skip }) => {
    const disk = await smallDisk(2);
    if (disk === undefined) return skip("no disk can be mounted here");
    const node = await startCouchDB({ ini: { couchdb: { view_index_dir: disk } } });
    onTestFinished(node.close);
    const database = await bigDatabase(node, 2_000);
    const desired = desiredOf(database, docOf(wide));
    await expect(bring(open(node), desired)).rejects.toMatchObject({
      code: "step-failed",
      message: expect.stringMatching(/building _design.brood \(by-kind, changing\) in .*: the server's disk is full/),
    });
    // The partly built new index frees its space for the old one.
    expect(await designDocs(node, database)).toEqual(["brood"]);
    expect(await must(node, "GET", `/${database}/_design/brood`)).toMatchObject(docOf(oldView));
    await must(node, "PUT", `/${database}/another`, { body: { n: -1 } });
    // CouchDB closes removed files after half a minute; only then is their space free.
    const { body } = await until(
      () => request(node, "GET", `/${database}/_design/brood/_view/changing?limit=2`),
      ({ status }) => status === 200,
    );
    expect(body.rows.map(({ key }: { key: number }) => key)).toEqual([-1, 0]);

    expect(spawnSync("mount", ["-o", `remount,${size(200)}`, disk]).status).toBe(0);
    await bring(open(node), desired);
    expect(await designDocs(node, database)).toEqual(["brood"]);
    expect((await indexOf(node, database)).updates_pending.total).toBeLessThan(10);
  });
});
