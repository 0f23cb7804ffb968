/** The effect of a staged deployment, and of its rollback, on the index files on the server's disk. */
import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCli } from "../../support/cli.js";
import { until } from "../../support/request.js";
import { type CouchNode, onNodes, startCouchDB } from "../../support/servers.js";
import { tempFolder } from "../../support/temp.js";
import { bigDatabase, designDocs, docOf, indexOf, newView, oldView } from "./big-database.js";

interface IndexFile {
  readonly path: string;
  readonly signature: string;
  readonly inode: number;
  readonly bytes: number;
}

onNodes("a staged deployment", () => {
  let node: CouchNode;

  beforeAll(async () => {
    node = await startCouchDB();
  });
  afterAll(() => node.close());

  /** The index files of one database, in all its shards. */
  async function indexFiles(database: string): Promise<IndexFile[]> {
    const data = join(dirname(node.iniFile), "data");
    const all = await readdir(data, { recursive: true });
    const ours = all.filter((path) => path.includes(`/${database}.`) && path.endsWith(".view"));
    return Promise.all(
      ours.sort().map(async (path) => {
        const { ino, size } = await stat(join(data, path));
        return { path, signature: /([0-9a-f]+)\.view$/.exec(path)?.[1] ?? "", inode: ino, bytes: size };
      }),
    );
  }

  const signatures = async (database: string) => [
    ...new Set((await indexFiles(database)).map(({ signature }) => signature)),
  ];

  async function apply(database: string, changing: object, keepPrevious: boolean, ...flags: readonly string[]) {
    const step = { id: "views", ensureDesignDocs: { database, docs: { brood: docOf(changing) }, keepPrevious } };
    const folder = await tempFolder({ "001.yaml": JSON.stringify([step]) });
    const args = ["apply", join(folder, "001.yaml"), "--set", database, "--format", "json"];
    const machine = ["--log-format", "json", "--log-level", "debug"];
    const env = { COUCHDB_URL: node.url.replace("//", "//admin:secret@") };
    const { code, stdout, stderr } = await runCli([...args, ...machine, ...flags], { env });
    expect(code, stderr).toBe(0);
    const events = stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const progress = events.filter(({ event }) => event === "step-progress");
    return { ...JSON.parse(stdout), behind: Math.max(0, ...progress.map(({ done, total }) => total - done)) };
  }

  it("leaves one index on the disk", async () => {
    const database = await bigDatabase(node);
    const { signature: before } = await indexOf(node, database);
    expect(await signatures(database)).toEqual([before]);
    expect(await apply(database, newView, false)).toMatchObject({ result: "applied" });
    const { signature: after } = await indexOf(node, database);
    expect(after).not.toBe(before);
    // CouchDB answers 202 and takes a moment to clean up.
    await until(
      () => signatures(database),
      (found) => found.length === 1 && found[0] === after,
    );
  });

  it("is rolled back by --allow-revert without a build, as long as the former version is kept", async () => {
    const database = await bigDatabase(node);
    await apply(database, oldView, true);
    const { signature: former } = await indexOf(node, database);
    expect(await apply(database, newView, true)).toMatchObject({ applied: ["views"] });
    expect(await designDocs(node, database)).toEqual(["brood", "brood--previous"]);
    const before = (await indexFiles(database)).filter(({ signature }) => signature === former);
    expect(before.length).toBeGreaterThan(0);

    expect(await apply(database, oldView, true)).toMatchObject({ result: "older", applied: [] });
    const back = await apply(database, oldView, true, "--allow-revert");
    expect(back).toMatchObject({ applied: ["views"] });
    expect(back.behind).toBeLessThan(10);
    expect(await indexOf(node, database)).toMatchObject({ signature: former });
    const after = (await indexFiles(database)).filter(({ signature }) => signature === former);
    expect(after.map(({ path, inode }) => [path, inode])).toEqual(before.map(({ path, inode }) => [path, inode]));
    // Only a few design documents were indexed meanwhile.
    for (const [i, { bytes }] of after.entries()) expect(bytes).toBeLessThan(1.2 * (before[i]?.bytes ?? 0));
  });
});
