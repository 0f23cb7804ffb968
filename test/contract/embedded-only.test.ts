/** Only about the embedded server: how it starts and ends, and that nothing brings it down. */

import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../../sandbox/index.js";
import { basic, request } from "../support/request.js";

const admin = { name: "admin", password: "secret" };
const admins = { admin: "secret" };

describe("starting a sandbox", () => {
  it("needs an admin, and says so", async () => {
    await expect(startSandbox()).rejects.toThrow(/admins: .*adminParty/);
  });

  it("takes any free port, and listens on this machine only", async () => {
    const sandbox = await startSandbox({ admins });
    expect(sandbox.url).toBe(`http://127.0.0.1:${sandbox.port}`);
    await sandbox.close();
  });

  it("fails on a port that is taken", async () => {
    const sandbox = await startSandbox({ admins });
    await expect(startSandbox({ admins, port: sandbox.port })).rejects.toThrow(/EADDRINUSE/);
    await sandbox.close();
  });

  it("gives each sandbox separate data", async () => {
    const [one, other] = [await startSandbox({ admins }), await startSandbox({ admins })];
    expect((await request({ ...one, admin }, "PUT", "/zerglings")).status).toBe(201);
    expect((await request({ ...other, admin }, "GET", "/zerglings")).status).toBe(404);
    await Promise.all([one.close(), other.close()]);
  });
});

describe("closing a sandbox", () => {
  it("ends keep-alive connections and waiting requests", async () => {
    const sandbox = await startSandbox({ admins });
    const server = { ...sandbox, admin };
    await request(server, "PUT", "/zerglings");
    const waiting = request(server, "GET", "/zerglings/_changes?feed=longpoll&since=now").catch(() => "ended");
    await new Promise((resolve) => setTimeout(resolve, 100));
    await sandbox.close();
    await waiting;
    await expect(request(server, "GET", "/")).rejects.toThrow();
  });
});

describe("a sandbox", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ admins });
  });
  afterAll(() => sandbox.close());
  const server = () => ({ url: sandbox.url, admin });

  it("lets only one of many writers win", async () => {
    await request(server(), "PUT", "/race");
    const tries = Array.from({ length: 20 }, (_, n) => request(server(), "PUT", "/race/lease", { body: { n } }));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(19);
  });

  it("creates a database once for many concurrent requests", async () => {
    const statuses = await Promise.all(Array.from({ length: 10 }, () => request(server(), "PUT", "/once")));
    expect(statuses.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  it("indexes ten thousand documents", async () => {
    await request(server(), "PUT", "/many");
    const docs = Array.from({ length: 10_000 }, (_, n) => ({ _id: `d${n}`, n, kind: n % 7 }));
    expect((await request(server(), "POST", "/many/_bulk_docs", { body: { docs } })).status).toBe(201);
    const map = "function (doc) { emit(doc.kind, 1); }";
    await request(server(), "PUT", "/many/_design/d", { body: { views: { kinds: { map, reduce: "_count" } } } });
    const { body } = await request(server(), "GET", "/many/_design/d/_view/kinds");
    expect(body.rows[0].value).toBe(10_000);
  });

  it("pages through a selection whose documents change meanwhile, without skipping one", async () => {
    await request(server(), "PUT", "/pages");
    const docs = Array.from({ length: 25 }, (_, n) => ({ _id: `d${String(n).padStart(2, "0")}`, old: true }));
    await request(server(), "POST", "/pages/_bulk_docs", { body: { docs } });
    let bookmark: string | undefined;
    let seen = 0;
    for (;;) {
      const body = { selector: { old: true }, limit: 10, ...(bookmark ? { bookmark } : {}) };
      const page = (await request(server(), "POST", "/pages/_find", { body })).body;
      if (page.docs.length === 0) break;
      seen += page.docs.length;
      bookmark = page.bookmark;
      const changed = page.docs.map((doc: object) => ({ ...doc, old: false }));
      await request(server(), "POST", "/pages/_bulk_docs", { body: { docs: changed } });
    }
    expect(seen).toBe(25);
  });

  it("ends a map function that never ends", { timeout: 20_000 }, async () => {
    await request(server(), "PUT", "/loop");
    await request(server(), "PUT", "/loop/a", { body: {} });
    const map = "function () { for (;;); }";
    await request(server(), "PUT", "/loop/_design/d", { body: { views: { v: { map } } } });
    const { status, body } = await request(server(), "GET", "/loop/_design/d/_view/v");
    expect({ status, body }).toMatchObject({ status: 500, body: { error: "os_process_error" } });
  });

  it("answers malformed HTTP with a 400", async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(sandbox.port, "127.0.0.1", () => socket.end("nonsense\r\n\r\n"));
      socket.on("data", (data) => resolve(data.toString()));
      socket.on("error", reject);
    });
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
  });

  const odd: readonly [method: string, path: string, body?: string][] = [
    ["GET", "/?"],
    ["GET", "//////"],
    ["PUT", "/%00"],
    ["PUT", "/race/%00", "{}"],
    ["PUT", "/race/__proto__", '{"__proto__":{"a":1}}'],
    ["PUT", "/race/constructor", '{"constructor":1}'],
    ["GET", "/constructor"],
    ["GET", "/race/_constructor"],
    ["PUT", "/_node/_local/_config/__proto__/x", '"y"'],
    ["GET", "/_node/_local/_config/constructor/name"],
    ["PUT", "/race/deep", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    ["PUT", "/race/deep", `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`],
    ["POST", "/race/_bulk_docs", '{"docs":[null]}'],
    ["POST", "/race/_bulk_docs", '{"docs":[{"_id":"a","_rev":{}}]}'],
    ["POST", "/race/_find", '{"selector":{"a":{"$and":[]}}}'],
    ["POST", "/race/_find", '{"selector":{"$or":[{}]}}'],
    ["POST", "/race/_find", '{"selector":{"a":{"$regex":"("}}}'],
    ["POST", "/race/_index", '{"index":{"fields":{"a":"asc"}}}'],
    ["PUT", "/race/_design/x", '{"views":{"lib":5,"v":{"map":"function(d){require(\\"views/lib/x\\")}"}}}'],
    ["GET", "/race/_design/x/_view/v"],
    ["GET", "/race/_design/x/_view/constructor"],
    ["PUT", "/race/att", '{"_attachments":{"a":{"data":"!!"}}}'],
    ["PUT", "/race/att", '{"_attachments":{"a":5}}'],
    ["PUT", "/_users/org.couchdb.user:x", '{"name":5,"type":"user","roles":[]}'],
    ["POST", "/_session", "null"],
    ["POST", "/_dbs_info", '{"keys":[null,{},[]]}'],
    ["POST", "/race/_revs_diff", '{"a":5}'],
    ["POST", "/race/_bulk_get", '{"docs":[null]}'],
    ["GET", "/race/_changes?since=99999999999999999999"],
    ["GET", "/race/lease?open_revs=5"],
    ["COPY", "/race/lease"],
  ];
  it.each(odd)("survives %s %s %s", async (method, path, body) => {
    const headers = { authorization: basic(admin), "content-type": "application/json" };
    const reply = await fetch(sandbox.url + path, { method, headers, ...(body === undefined ? {} : { body }) });
    await reply.arrayBuffer();
    expect(reply.status).toBeLessThan(502);
    expect((await request(server(), "GET", "/_up")).status).toBe(200);
  });
});
