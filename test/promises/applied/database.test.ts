/** A database is as the step declares, or the run says that it is not. */
import { describe, expect, it, onTestFinished } from "vitest";
import { type Addressed, request } from "../../support/request.js";
import { server, startEmbedded } from "../../support/servers.js";
import { openStage } from "./stage.js";

const isOld = Number.parseInt(server().version, 10) < 3;

/** CouchDB 2.x accepts the parameter and ignores it. */
async function serverWithoutPartitions(): Promise<Addressed> {
  if (isOld) return server();
  const embedded = await startEmbedded({ version: "2.3.1" });
  onTestFinished(embedded.close);
  return embedded;
}

describe("a server without partitions", () => {
  const yaml = (name: string) => `- id: db\n  ensureDatabase: { name: ${name}-a, partitioned: true }\n`;

  it("is refused by plan and apply, which write nothing", async () => {
    const { name, plan, apply, writes } = await openStage(await serverWithoutPartitions());
    const { steps, changes } = await plan(yaml(name));
    expect(steps).toMatchObject([{ action: "refused", notes: [expect.stringContaining("needs CouchDB 3.0")] }]);
    expect(changes).toBe(0);
    const result = await apply(yaml(name));
    expect(result).toMatchObject({
      result: "failed",
      applied: [],
      failures: [{ id: "db", code: "refused", message: expect.stringContaining("needs CouchDB 3.0") }],
    });
    expect(writes()).toEqual([]);
  });

  it("accepts databases without partitions", async () => {
    const { name, apply } = await openStage(await serverWithoutPartitions());
    const without = `- id: db\n  ensureDatabase: { name: ${name}-a }\n`;
    expect(await apply(without)).toMatchObject({ applied: ["db"], failures: [] });
  });
});

it("a database that was created without its partitions is a failure, and not recorded", async () => {
  const { name, plan, apply, proxy } = await openStage();
  const yaml = `- id: db\n  ensureDatabase: { name: ${name}-a, partitioned: true }\n`;
  // Something on the way drops the query.
  proxy.faultWhen(({ method, path }) => method === "PUT" && path.startsWith(`/${name}-a`), {
    during: async () => void (await request(server(), "PUT", `/${name}-a`)),
  });
  expect(await apply(yaml)).toMatchObject({ failures: [{ id: "db", message: expect.stringContaining(`${name}-a`) }] });
  expect(await plan(yaml)).toMatchObject({ steps: [{ state: "pending", action: "refused" }] });
});

it("more copies than the cluster has nodes are a warning in plan, apply, and every later plan", async () => {
  const { name, plan, apply } = await openStage();
  const yaml = `- id: db\n  ensureDatabase: { name: ${name}-a, n: 3 }\n`;
  const warnings = [expect.objectContaining({ id: "db", message: expect.stringContaining("n is 1, not 3") })];
  expect(await plan(yaml)).toMatchObject({ steps: [{ action: "create" }], warnings });
  expect(await apply(yaml)).toMatchObject({ applied: ["db"], warnings });
  expect(await plan(yaml)).toMatchObject({ changes: 0, warnings });
});

it("a database that CouchDB reports as created, but that does not exist, is a failure", async () => {
  const { name, apply, proxy } = await openStage();
  const yaml = `- id: db\n  ensureDatabase: { name: ${name}-a }\n`;
  proxy.faultWhen(({ method, path }) => method === "PUT" && path === `/${name}-a`, { status: 201, body: { ok: true } });
  expect(await apply(yaml)).toMatchObject({
    applied: [],
    failures: [{ id: "db", database: `${name}-a`, message: expect.stringContaining(`${name}-a`) }],
  });
  expect(await apply(yaml)).toMatchObject({ applied: ["db"], failures: [] });
});
