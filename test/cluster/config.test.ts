/** Which configuration changes CouchDB refuses, and what a plan must not show of them. */
import { expect, it, onTestFinished } from "vitest";
import { freshDatabase, uniqueName } from "../support/databases.js";
import { must, request } from "../support/request.js";
import { onReal, server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";
import { steps } from "./scene.js";

async function run(yaml: string, env: Readonly<Record<string, string>> = {}) {
  const { applyThrough, planThrough } = await steps(yaml, env, { ledgerDatabase: await freshDatabase("ledger") });
  return { applied: (more = {}) => applyThrough(server(), more), planned: () => planThrough(server()) };
}

it("says why a section can't be changed over HTTP", async () => {
  const { applied } = await run("- id: x\n  ensureConfig: { query_servers: { cobol: /usr/bin/cobol } }\n");
  expect((await applied()).failures).toMatchObject([
    {
      id: "x",
      code: "request-failed",
      message: expect.stringContaining("[query_servers] over HTTP"),
      next: expect.stringContaining("ini file"),
    },
  ]);
});

it("shows neither the old nor the new value of a secret", async () => {
  const section = uniqueName("section");
  const config = `/_node/_local/_config/${section}`;
  await must(server(), "PUT", `${config}/door`, { body: "open-sesame-before" });
  await must(server(), "PUT", `${config}/wall`, { body: "grey" });
  onTestFinished(async () => {
    for (const key of ["door", "wall"]) await request(server(), "DELETE", `${config}/${key}`);
  });
  const yaml = `- id: x\n  ensureConfig: { ${section}: { door: "\${DOOR}", wall: white } }\n`;
  const { applied, planned } = await run(yaml, { DOOR_FILE: await fileWith("open-sesame-now") });
  const plan = await planned();
  expect(plan.steps[0]?.changes).toEqual([
    { path: `/${section}/door`, before: "***", after: "***" },
    { path: `/${section}/wall`, before: "grey", after: "white" },
  ]);
  const result = await applied();
  expect(result).toMatchObject({ applied: ["x"], failures: [] });
  expect(JSON.stringify([plan, result])).not.toContain("sesame");
  expect(await must(server(), "GET", config)).toEqual({ door: "open-sesame-now", wall: "white" });
  expect(await applied()).toMatchObject({ result: "unchanged", requests: { writes: 0 } });
});

onReal("a value of default.ini", () => {
  it("can't be removed, and the run says so", async () => {
    const { applied } = await run("- id: x\n  removeConfig: { prometheus: [port] }\n");
    expect((await applied({ allowDestroy: true })).failures).toMatchObject([
      { id: "x", message: expect.stringContaining("default.ini"), next: expect.stringContaining("ensureConfig") },
    ]);
  });
});

async function fileWith(text: string): Promise<string> {
  return `${await tempFolder({ secret: text })}/secret`;
}
