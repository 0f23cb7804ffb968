import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { databaseName } from "./databases.js";
import { type Fault, type RecordingProxy, startProxy, writes } from "./proxy.js";
import { request } from "./request.js";
import { server } from "./servers.js";

let proxy: RecordingProxy;
beforeAll(async () => {
  proxy = await startProxy(server().url);
});
afterAll(() => proxy.close());
beforeEach(() => proxy.reset());

const through = () => ({ ...server(), url: proxy.url });

describe("whether a request writes", () => {
  it.each([
    ["GET", "/db", false],
    ["HEAD", "/db", false],
    ["PUT", "/db", true],
    ["DELETE", "/db", true],
    ["COPY", "/db/_design/a", true],
    ["POST", "/_dbs_info", false],
    ["POST", "/db/_find?x=1", false],
    ["POST", "/db/_all_docs", false],
    ["POST", "/db/_bulk_docs", true],
    ["POST", "/db/_index", true],
    ["POST", "/db/_view_cleanup", true],
    ["POST", "/db", true],
    ["PUT", "/db/_find", true],
  ])("%s %s: %s", (method, path, expected) => {
    expect(writes(method, path)).toBe(expected);
  });
});

it("records requests in order, with the server's answers", async () => {
  const name = databaseName();
  await request(through(), "GET", `/${name}`);
  await request(through(), "PUT", `/${name}`);
  expect(proxy.requests).toEqual([
    { number: 1, method: "GET", path: `/${name}`, writes: false, bytes: 0, status: 404 },
    { number: 2, method: "PUT", path: `/${name}`, writes: true, bytes: 0, status: 201 },
  ]);
  expect(proxy.writes()).toHaveLength(1);
});

it("counts the sent bytes", async () => {
  const name = databaseName();
  await request(through(), "POST", `/${name}`, { body: { title: "Übermind" } });
  expect(proxy.requests).toMatchObject([{ bytes: Buffer.byteLength('{"title":"Übermind"}') }]);
});

describe("faults", () => {
  const exists = async (name: string) => (await request(server(), "GET", `/${name}`)).status === 200;

  it.each<[string, Fault, boolean]>([
    ["a request lost on its way", "lost-before", false],
    ["a lost answer", "lost-after", true],
    ["an answer cut short", "cut-body", true],
    ["the death of the runner before the request", { before: () => {} }, false],
    ["the death of the runner after the request", { after: () => {} }, true],
  ])("%s", async (_title, fault, acted) => {
    const name = databaseName();
    proxy.faultAt(1, fault);
    await expect(request(through(), "PUT", `/${name}`)).rejects.toThrow();
    expect(await exists(name)).toBe(acted);
  });

  it.each<[string, Fault, number, boolean]>([
    ["503 instead of the server's answer", { status: 503 }, 503, false],
    ["500 after the server acted", { status: 500, acted: true }, 500, true],
  ])("%s", async (_title, fault, status, acted) => {
    const name = databaseName();
    proxy.faultAt(1, fault);
    expect((await request(through(), "PUT", `/${name}`)).status).toBe(status);
    expect(await exists(name)).toBe(acted);
  });

  it.each<[string, Fault, boolean]>([
    ["silence", "silence", false],
    ["silence after the server acted", "silence-after", true],
  ])("%s", async (_title, fault, acted) => {
    const name = databaseName();
    proxy.faultAt(1, fault);
    const answered = request(through(), "PUT", `/${name}`).catch(() => {});
    const first = await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, 1000, "silent"))]);
    expect(first).toBe("silent");
    expect(await exists(name)).toBe(acted);
  });

  it("affect only the request that they are meant for", async () => {
    proxy.faultAt(2, { status: 429 });
    proxy.faultWhen(({ path }) => path === "/_up", { status: 500 }, 1);
    const statuses = [];
    for (const path of ["/", "/", "/", "/_up", "/_up"]) statuses.push((await request(through(), "GET", path)).status);
    expect(statuses).toEqual([200, 429, 200, 500, 200]);
  });
});
