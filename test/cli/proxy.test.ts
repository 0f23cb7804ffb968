/**
 * `NODE_USE_ENV_PROXY`, where Node.js supports it: every request of a run goes through the forward proxy, or none does.
 */
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loginEnv, runCli } from "../support/cli.js";
import { databaseName } from "../support/databases.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const able = major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21);

describe.skipIf(!able)(able ? "a forward proxy" : "a forward proxy (left out: needs Node.js 22.21 or 24.5)", () => {
  /** As they were requested, with their hosts. */
  const asked: string[] = [];
  const proxy = createServer((incoming, response) => {
    asked.push(incoming.url ?? "");
    const url = new URL(incoming.url ?? "");
    const { method, headers } = incoming;
    incoming.pipe(
      request(url, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  beforeAll(() => new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve)));
  afterAll(() => void proxy.close());

  async function run(env: Readonly<Record<string, string>>) {
    asked.length = 0;
    const cwd = await tempFolder({
      "migrations/001.yaml": `- id: a\n  ensureDatabase: { name: ${databaseName("proxy")} }\n`,
    });
    const { url, admin } = server();
    const HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const flags = ["--set", databaseName("set"), "--format", "json", "--termination-log", "none"];
    const { code, stdout, stderr } = await runCli(["apply", ...flags], {
      cwd,
      env: { ...loginEnv(url, admin), HTTP_PROXY, ...env },
    });
    expect(code, stderr).toBe(0);
    const { reads, writes } = JSON.parse(stdout).requests;
    return { sent: reads + writes, hosts: new Set(asked.map((one) => new URL(one).origin)) };
  }

  it("is used for all requests with NODE_USE_ENV_PROXY=1", async () => {
    const { sent, hosts } = await run({ NODE_USE_ENV_PROXY: "1" });
    expect(asked).toHaveLength(sent);
    expect([...hosts]).toEqual([new URL(server().url).origin]);
  });

  it.each([
    ["without it", {}],
    ["if NO_PROXY names the host", { NODE_USE_ENV_PROXY: "1", NO_PROXY: "127.0.0.1,localhost" }],
  ])("is not used %s", async (_, env) => {
    await run(env);
    expect(asked).toEqual([]);
  });
});
