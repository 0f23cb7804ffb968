/** The first answer from a server: each case has its own sentence, and a waiting run says so. */
import { type AddressInfo, createServer } from "node:net";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Event } from "../../src/contract/events.js";
import {
  apply,
  forget,
  importServer,
  loadMigrations,
  MigrateError,
  plan,
  type RunOptions,
  status,
  unlock,
  wait,
} from "../../src/index.js";
import { type Behaviour, byPath, json, misbehavingServer, silence, text } from "../couch/support/misbehaving.js";
import { databaseName, freshDatabase } from "../support/databases.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

let folder: string;
let events: Event[];
beforeEach(async () => {
  folder = await tempFolder({ "001.yaml": "- id: z\n  ensureDatabase: { name: zerglings }\n" });
  events = [];
});

const connectionTo = (url: string) => ({
  url,
  username: server().admin.name,
  password: server().admin.password,
});
const options = (url: string, more: Partial<RunOptions> = {}): RunOptions => ({
  connection: connectionTo(url),
  emit: (event) => events.push(event),
  ...more,
});
const commands: Readonly<Record<string, (options: RunOptions) => Promise<unknown>>> = {
  plan: async (given) => plan(await loadMigrations(folder), given),
  status: async (given) => status(await loadMigrations(folder), given),
  import: async (given) => importServer({ ...given, out: `${folder}/out` }),
  apply: async (given) => apply(await loadMigrations(folder), given),
  wait,
  unlock,
  "ledger forget": (given) => forget("z", given),
};
const names = Object.keys(commands);
const looking = ["plan", "status", "import"];

async function errorOf(name: string, given: RunOptions): Promise<MigrateError> {
  const error = await commands[name]?.(given).then(
    (value) => value,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof MigrateError)) throw new Error(`no MigrateError: ${JSON.stringify(error)}`);
  return error;
}

async function behaving(behaviour: Behaviour) {
  const one = await misbehavingServer();
  one.behave(behaviour);
  onTestFinished(() => one.close());
  return one;
}

/** Nothing listens there. */
async function closedPort(): Promise<string> {
  const gone = await misbehavingServer();
  await gone.close();
  return gone.url;
}

const waits = () => events.flatMap((event) => (event.type === "waiting" ? [event.reason] : []));
/** What happened first: a line that says that the run waits, or a second request. */
const order = () => events.flatMap(({ type }) => (type === "waiting" || type === "request" ? [type] : []));

describe("a URL that is not the root of CouchDB", () => {
  test.each(names)("%s: a database is named, and the URL to use instead", async (name) => {
    const { url } = server();
    const database = await freshDatabase("contact");
    const error = await errorOf(name, options(`${url}/${database}`));
    expect(error).toMatchObject({
      code: "wrong-address",
      exitCode: 4,
      message: expect.stringContaining(`${url}/${database} is the database "${database}"`),
      next: `Use ${url} in COUCHDB_URL (or --url).`,
    });
    expect(events.filter(({ type }) => type === "connected" || type === "waiting")).toEqual([]);
  });

  test.each(names)("%s: the _users database", async (name) => {
    expect(await errorOf(name, options(`${server().url}/_users`))).toMatchObject({ code: "wrong-address" });
  });

  test.each(names)("%s: a database that does not exist", async (name) => {
    const error = await errorOf(name, options(`${server().url}/${databaseName("nowhere")}`));
    expect(error).toMatchObject({ code: "wrong-address", next: `Use ${server().url} in COUCHDB_URL (or --url).` });
  });

  test("a path where a proxy serves CouchDB's root is accepted", async () => {
    const proxied = await behaving((request, response) => {
      const { method, headers, body } = request;
      const { host: _, connection: __, ...kept } = headers as Record<string, string>;
      const sent = { method, headers: kept, ...(body === "" ? {} : { body }) };
      void fetch(server().url + request.path.replace(/^\/couchdb/, ""), sent).then(async (answer) => {
        json(answer.status, await answer.json())(request, response);
      });
    });
    const url = `${proxied.url}/couchdb`;
    const ledgerDatabase = await freshDatabase("ledger");
    const result = await plan(await loadMigrations(folder), options(url, { ledgerDatabase }));
    expect(result.server.url).toBe(url);
    const database = await freshDatabase("contact");
    const error = await errorOf("plan", options(`${url}/${database}`, { ledgerDatabase }));
    expect(error).toMatchObject({ code: "wrong-address", next: `Use ${url} in COUCHDB_URL (or --url).` });
  });

  test("a redirect is reported with its target", async () => {
    const away: Behaviour = (request, response) =>
      json(301, {}, { location: `https://couch.example${request.path}?token=geheim` })(request, response);
    for (const name of names) {
      const error = await errorOf(name, options((await behaving(away)).url));
      expect(error).toMatchObject({
        code: "wrong-address",
        next: "Use https://couch.example in COUCHDB_URL (or --url).",
      });
      expect(error.message).toContain("the server redirects to https://couch.example");
      expect(error.message).not.toContain("geheim");
    }
  });

  test.each(names)("%s: an address that redirects to itself is not suggested", async (name) => {
    const circle: Behaviour = (request, response) => json(307, {}, { location: request.path })(request, response);
    const error = await errorOf(name, options((await behaving(circle)).url, { wait: 300 }));
    expect(error).toMatchObject({
      exitCode: 4,
      message: expect.stringContaining("redirects to the address that was asked"),
    });
    expect(error.next ?? "").not.toContain("Use http");
  });

  test.each(names)(
    "%s: a server that answers a missing path like CouchDB, but has no CouchDB above it",
    async (name) => {
      const { url } = await behaving(json(404, { error: "not_found", reason: "missing" }));
      const error = await errorOf(name, options(url, { wait: 300 }));
      expect(error).toMatchObject({ code: "not-couchdb", exitCode: 4 });
      expect(error.next ?? "").not.toContain(`Use ${url}`);
    },
  );
});

const page = (code: number) => text(code, "text/html", `<html><h1>${code}</h1></html>`, { server: "nginx/1.27" });
const hello = json(200, { status: "ok" });

describe("an error that is not CouchDB's", () => {
  test.each([400, 401, 403, 413].flatMap((code) => names.map((name) => [code, name] as const)))(
    "%i from a gateway, recognised by %s",
    async (code, name) => {
      const error = await errorOf(name, options((await behaving(page(code))).url));
      expect(error).toMatchObject({ code: "gateway-refused", exitCode: 4, data: { status: code } });
      expect(error.message).toContain(`a proxy or gateway answered ${code} with an HTML page from nginx/1.27`);
      expect(error.next).not.toContain("reason");
    },
  );

  test("413 says which limit to raise", async () => {
    const error = await errorOf("plan", options((await behaving(page(413))).url));
    expect(error.next).toContain("client_max_body_size");
  });

  test.each([502, 503, 504])("%i means that CouchDB can't be reached", async (code) => {
    const error = await errorOf("apply", options((await behaving(page(code))).url, { wait: 300 }));
    expect(error).toMatchObject({ code: "unreachable", exitCode: 4 });
    expect(error.message).toContain(`a proxy or gateway answered ${code} with an HTML page`);
    expect(waits()[0]).toContain(`answered ${code}`);
  });

  test("a gateway's 401 is not mistaken for CouchDB's: no password is tried again", async () => {
    const gateway = await behaving(page(401));
    const connection = { ...connectionTo(gateway.url), previousPassword: "old" };
    await errorOf("apply", options(gateway.url, { connection }));
    expect(gateway.received).toHaveLength(1);
  });
});

describe("a waiting run says so", () => {
  test.each(["apply", "wait", "unlock", "ledger forget"])(
    "%s reports the problem before it tries again",
    async (name) => {
      const error = await errorOf(name, options(await closedPort(), { wait: 500 }));
      expect(error).toMatchObject({ code: "unreachable", data: { what: "connection refused" } });
      expect(order().slice(0, 3)).toEqual(["request", "waiting", "request"]);
      expect(waits()[0]).toBe("connection refused");
    },
  );

  test.each(looking)("%s does not wait for an unreachable server by default", async (name) => {
    const url = await closedPort();
    const error = await errorOf(name, options(url));
    expect(error).toMatchObject({ code: "unreachable", message: `no CouchDB found at ${url}: connection refused` });
    expect(order()).toEqual(["request"]);
    events = [];
    await errorOf(name, options(url, { wait: 500 }));
    expect(order().slice(0, 3)).toEqual(["request", "waiting", "request"]);
  });

  test.each(looking)("%s waits for a server that answers, but does not serve yet", async (name) => {
    let asked = 0;
    const starting = await behaving((request, response) => {
      asked += 1;
      const found = byPath({
        "GET /_up": hello,
        "GET /": json(200, { couchdb: "Welcome", version: "3.5.0" }),
        "GET /_session": json(200, { ok: true, userCtx: { name: "overlord", roles: ["_admin"] } }),
        "GET /_all_dbs": json(200, []),
      });
      (asked === 1 ? page(503) : found)(request, response);
    });
    const connection = { url: starting.url, username: "overlord", password: "geheim" };
    await commands[name]?.({ ...options(starting.url), connection }).catch(() => {});
    expect(waits()).toHaveLength(1);
    expect(events.some(({ type }) => type === "connected")).toBe(true);
  });

  test.each(names)("%s says that a server does not answer while the first request is under way", async (name) => {
    const silent = await behaving(silence);
    const control = new AbortController();
    const emit = (event: Event) => {
      events.push(event);
      if (event.type === "waiting") control.abort();
    };
    const error = await errorOf(name, options(silent.url, { emit, signal: control.signal, wait: 60_000 }));
    expect(error.code).toBe("interrupted");
    expect(waits()).toEqual(["no answer yet"]);
    expect(silent.received).toHaveLength(1);
  });

  test("a URL with the wrong scheme for its port is reported", async () => {
    const tls = createServer((socket) => socket.once("data", () => socket.end(Buffer.from([21, 3, 1, 0, 2, 2, 10]))));
    const closing = createServer((socket) => socket.once("data", () => socket.destroy()));
    for (const one of [tls, closing]) {
      await new Promise<void>((resolve) => one.listen(0, "127.0.0.1", resolve));
      onTestFinished(() => void one.close());
    }
    const port = (one: typeof tls) => (one.address() as AddressInfo).port;
    expect(await errorOf("plan", options(`http://127.0.0.1:${port(tls)}`))).toMatchObject({
      code: "wrong-address",
      message: expect.stringContaining("the port speaks TLS, not plain HTTP"),
      next: `Use https://127.0.0.1:${port(tls)} in COUCHDB_URL (or --url).`,
    });
    const plain = await behaving(hello);
    expect(await errorOf("plan", options(`https://127.0.0.1:${plain.port}`))).toMatchObject({
      code: "wrong-address",
      message: expect.stringContaining("the port speaks plain HTTP, not TLS"),
      next: `Use ${plain.url} in COUCHDB_URL (or --url).`,
    });
    const { message } = await errorOf("plan", options(`http://127.0.0.1:${port(closing)}`));
    expect(message).toContain(`if the port speaks TLS, use https://127.0.0.1:${port(closing)}`);
    const other = await errorOf("plan", options(`https://127.0.0.1:${port(closing)}`));
    expect(other.message).toContain(`if the port speaks plain HTTP, use http://127.0.0.1:${port(closing)}`);
  });
});

test("a --timeout before the first answer is reported as a problem with CouchDB, not with the run", async () => {
  const url = await closedPort();
  const error = await apply(await loadMigrations(folder), { ...options(url), timeout: 300 }).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: "unreachable", exitCode: 4, data: { what: "connection refused" } });
  expect(error.message).toContain("the run was not done within --timeout (300 ms)");
  const silent = await behaving(silence);
  const other = await apply(await loadMigrations(folder), { ...options(silent.url), timeout: 300 }).catch((e) => e);
  expect(other).toMatchObject({ code: "unreachable", exitCode: 4, data: { what: "no answer yet" } });
});
