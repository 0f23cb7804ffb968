/** A staged deployment whose runner is killed, stopped or out of time: the next run continues. */
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningCli, runCli, startCli } from "../../support/cli.js";
import { type Recorded, type RecordingProxy, startProxy } from "../../support/proxy.js";
import { type CouchNode, onNodes, startCouchDB } from "../../support/servers.js";
import { tempFolder } from "../../support/temp.js";
import { bigDatabase, designDocs, docOf, indexOf, newView } from "./big-database.js";

const isStaged = ({ path }: Recorded) => path.includes("--staged-");
const isHeld = ({ path }: Recorded) => path.includes("--previous");
const isIndexed = ({ path }: Recorded) => path.includes("/_info");
const isReal = ({ path }: Recorded) => /\/_design\/(brood|nest)(\?|$)/.test(path);

const views = { docs: { brood: docOf(newView) } };
const index = { indexes: { "by-n": { index: { fields: ["n", "kind"] }, ddoc: "nest" } } };

onNodes("a staged deployment", () => {
  let node: CouchNode;
  let proxy: RecordingProxy;

  beforeAll(async () => {
    node = await startCouchDB();
    proxy = await startProxy(node.url);
  });
  afterAll(async () => {
    await proxy.close();
    await node.close();
  });

  async function scene(
    deployed: typeof views | typeof index = views,
  ): Promise<{ database: string; args: string[]; env: Record<string, string> }> {
    proxy.reset();
    const database = await bigDatabase(node, 3_000);
    const kind = deployed === views ? "ensureDesignDocs" : "ensureIndexes";
    const step = { id: "views", [kind]: { database, ...deployed } };
    const folder = await tempFolder({ "001.yaml": JSON.stringify([step]) });
    const args = ["apply", join(folder, "001.yaml"), "--lease-ttl", "3s", "--set", database, "--format", "json"];
    return { database, args, env: { COUCHDB_URL: proxy.url.replace("//", "//admin:secret@") } };
  }

  async function expectDeployed(database: string, deployed: typeof views | typeof index = views): Promise<void> {
    const names = deployed === views ? ["brood"] : ["brood", "nest"];
    expect(await designDocs(node, database)).toEqual(names);
    expect((await indexOf(node, database, names.at(-1))).updates_pending.total).toBeLessThan(10);
  }

  type Point = [string, "before" | "after", (request: Recorded) => boolean];
  const points: Point[] = [
    ["before the new version is staged", "before", (request) => request.method === "PUT" && isStaged(request)],
    ["after it is staged", "after", (request) => request.method === "PUT" && isStaged(request)],
    ["while it waits", "after", (request) => isStaged(request) && request.path.includes("/_info")],
    ["before the swap", "before", (request) => request.method === "PUT" && isReal(request)],
    ["after the swap", "after", (request) => request.method === "PUT" && isReal(request)],
    ["after the old index is cleaned up", "after", (request) => request.path.endsWith("/_view_cleanup")],
    ["after the staged document is removed", "after", (request) => request.method === "DELETE" && isStaged(request)],
  ];
  /** A Mango index has no former version under another name. */
  const pointsOfViews: Point[] = [
    ["after the former version is held", "after", (request) => request.method === "PUT" && isHeld(request)],
    ["before the former version is removed", "before", (request) => request.method === "DELETE" && isHeld(request)],
    ["after the former version is removed", "after", (request) => request.method === "DELETE" && isHeld(request)],
  ];

  it.each([
    ...[...points, ...pointsOfViews].map((point) => ["views", ...point, views] as const),
    // Everything except the write itself is the same.
    ...points.slice(1, 5).map((point) => ["a Mango index", ...point, index] as const),
  ])("of %s is finished by the next run if it is killed %s", async (_, __, when, at, deployed) => {
    const { database, args, env } = await scene(deployed);
    let victim: RunningCli | undefined;
    const kill = async () => {
      victim?.child.kill("SIGKILL");
      await victim?.result;
    };
    proxy.faultWhen(at, when === "before" ? { before: kill } : { after: kill });
    victim = startCli(args, { env });
    expect(await victim.result).toMatchObject({ signal: "SIGKILL" });
    const staged = (await designDocs(node, database)).some((name) => name.includes("--staged-"));
    proxy.reset();
    const rerun = await runCli(args, { env });
    expect(rerun, rerun.stderr).toMatchObject({ code: 0 });
    await expectDeployed(database, deployed);
    // A staged document is not staged again.
    if (staged) expect(proxy.writes().filter((one) => one.method === "PUT" && isStaged(one))).toEqual([]);
    expect(JSON.parse((await runCli(args, { env })).stdout)).toMatchObject({ result: "unchanged" });
  });

  it("continues under a new lease if the server was down for longer than the lease lasts", async () => {
    const { database, args: given, env } = await scene();
    // Long enough that the new lease is not lost immediately, on any machine.
    const args = given.map((arg) => (arg === "3s" ? "8s" : arg));
    let back: Promise<void> | undefined;
    const away = async () => {
      await node.kill();
      await setTimeout(5_000);
      await node.start();
    };
    proxy.faultWhen(isIndexed, {
      after: () => {
        back = away();
      },
    });
    const result = await runCli(args, { env });
    await back;
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(result.stdout)).toMatchObject({ result: "applied", applied: ["views"], failures: [] });
    expect(result.stderr).toContain("the lease was lost");
    expect(proxy.writes().filter((one) => one.method === "PUT" && isStaged(one))).toHaveLength(1);
    await expectDeployed(database);
  });

  it("stops again if the time is up, and says so every time", async () => {
    const { database, args: given, env } = await scene();
    const args = given.map((arg) => (arg === "3s" ? "30s" : arg));
    proxy.faultWhen(isIndexed, "silence");
    const outOfTime = await runCli([...args, "--timeout", "10s"], { env });
    expect(outOfTime, outOfTime.stderr).toMatchObject({ code: 6 });
    expect(JSON.parse(outOfTime.stdout)).toMatchObject({ result: "incomplete", unfinished: ["views"], failures: [] });
    expect(outOfTime.stderr).toContain("views: unfinished");
    proxy.reset();
    const running = startCli(args, { env });
    proxy.faultWhen(isIndexed, { after: () => void running.child.kill("SIGTERM") });
    const stopped = await running.result;
    expect(stopped, stopped.stderr).toMatchObject({ code: 7 });
    expect(JSON.parse(stopped.stdout)).toMatchObject({ result: "interrupted", unfinished: ["views"], failures: [] });
    const [path = ""] = args.slice(1);
    const status = await runCli(["status", path, "--set", database, "--format", "json"], { env });
    expect(JSON.parse(status.stdout).runs).toMatchObject([
      { result: "interrupted", failures: [] },
      { result: "incomplete", failures: [] },
    ]);
    expect(await designDocs(node, database)).toHaveLength(2);
    expect(await runCli(args, { env })).toMatchObject({ code: 0 });
    await expectDeployed(database);
  });
});
