/** Servers that are not CouchDB, or badly broken: a run ends soon, with an error that says what to do. */
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apply, loadMigrations, MigrateError, type Migrations, plan, status } from "../../src/index.js";
import { errorText } from "../../src/render/error-text.js";
import { plain } from "../../src/render/style.js";
import {
  type Behaviour,
  byPath,
  cut,
  json,
  type MisbehavingServer,
  misbehavingServer,
  reset,
  silence,
  text,
} from "../couch/support/misbehaving.js";
import { runCli } from "../support/cli.js";
import { makeFolder, removeFolder, writeFiles } from "../support/temp.js";

const set = `
- id: zerglings
  ensureDatabase: { name: zerglings }
- id: user
  ensureUser: { name: kerrigan, password: queen-of-blades }
`;
const password = "hunter2-hunter2";

let folder: string;
let migrations: Migrations;
/** A server that nobody named: it must not get any request. */
let elsewhere: MisbehavingServer;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  folder = await makeFolder();
  await writeFiles(folder, { "001.yaml": set });
  migrations = await loadMigrations(folder, { env: {} });
  elsewhere = await misbehavingServer();
});
afterAll(async () => {
  for (const server of [elsewhere, ...open]) await server.close();
  await removeFolder(folder);
});

async function behaving(behaviour: Behaviour): Promise<MisbehavingServer> {
  const server = await misbehavingServer();
  server.behave(behaviour);
  open.push(server);
  return server;
}

const commands = { plan, apply, status } as const;

/**
 * The outcome of each command; each sends its requests with credentials. Never rejects.
 *
 * @param requestTimeout milliseconds: short if the server never finishes
 */
async function endsOf(url: string, requestTimeout: number): Promise<unknown[]> {
  const connection = { url, username: "overlord", password, requestTimeout };
  return Promise.all(
    Object.values(commands).map((run) =>
      run(migrations, { connection, wait: 300 }).then(
        () => "no error",
        (thrown) => thrown,
      ),
    ),
  );
}

/** One of these errors, on one screen, without control characters, secrets and stacks, and with what to do. */
function expectHelp(error: unknown, codes: readonly string[]): asserts error is MigrateError {
  if (!(error instanceof MigrateError)) throw error;
  expect(codes, error.message).toContain(error.code);
  const shown = errorText(error, plain);
  expect(error.code).not.toBe("bug");
  expect(error.next).toMatch(/\w/);
  expect(shown).toContain(error.next);
  expect(shown.length).toBeLessThan(3_000);
  expect(shown.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
  expect(shown).not.toMatch(/^\s+at .+:\d+/m);
  expect(shown).not.toContain(password);
}

/** Writes forever, at a pace that leaves time for the others. */
const always =
  (chunk: string, every: number): Behaviour =>
  (_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const timer = setInterval(() => response.write(chunk), every);
    response.on("close", () => clearInterval(timer));
  };
const drip = always(" ", 50);
const flood = always(" ".repeat(64 * 1024), 10);

const away =
  (code: number): Behaviour =>
  (request, response) =>
    json(code, {}, { location: `${elsewhere.url}${request.path}` })(request, response);

/** A CouchDB that accepts the credentials, but then answers like this. */
const withLogin = (behaviour: Behaviour): Behaviour => {
  const userCtx = { name: "overlord", roles: ["_admin"] };
  const routes = byPath({ "GET /_up": json(200, { status: "ok" }), "GET /_session": json(200, { ok: true, userCtx }) });
  return (request, response) =>
    /^\/_(?:up|session)/.test(request.path) ? routes(request, response) : behaviour(request, response);
};

const nasty = "\u202e\u001b]0;owned\u0007\u001b[2J";

/** Like a CouchDB that is still starting: requests are retried for as long as a run may. */
const triedAgain: readonly [string, Behaviour, readonly string[]][] = [
  ["an endless body", flood, ["unreachable", "request-failed"]],
  ["a body that comes byte by byte", drip, ["unreachable"]],
  ["silence", silence, ["unreachable"]],
  ["truncated JSON", text(200, "application/json", '{"a":'), ["not-couchdb", "unreachable"]],
  [
    "JSON nested deeper than any stack",
    text(200, "application/json", "[".repeat(200_000)),
    ["not-couchdb", "unreachable"],
  ],
  ["a truncated body", cut("application/json"), ["unreachable"]],
  [
    "a gzip bomb's name on plain text",
    text(200, "application/json", "{}", { "content-encoding": "gzip" }),
    ["unreachable"],
  ],
  ["a broken connection", reset, ["unreachable"]],
  ["a persistent 500", json(500, { error: nasty, reason: nasty }), ["unreachable", "request-failed"]],
];

/** The first bytes, and then what is repeated. */
const raw: readonly [string, string, string][] = [
  ["headers without an end", "HTTP/1.1 200 OK\r\n", `X-A: ${"a".repeat(60)}\r\n`.repeat(200)],
  ["headers that arrive one by one", "HTTP/1.1 200 OK\r\n", "X-A: a\r\n"],
  ["a status line without an end", "HTTP/1.1 200 ", "O"],
  ["endless interim answers", "HTTP/1.1 102 Processing\r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\n"],
  ["noise", "\0\0\0\0", "\0"],
  ["another protocol's greeting", "220 smtp.example ready\r\n", "\r\n"],
];

async function rawServer(begin: string, again: string): Promise<string> {
  const server = createServer((socket) => {
    socket.write(begin);
    const timer = setInterval(() => socket.write(again), 20);
    socket.on("error", () => {});
    socket.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const moods: readonly [string, Behaviour, readonly string[]][] = [
  ["a login page", text(200, "text/html", "<!doctype html><form>Log in</form>"), ["not-couchdb"]],
  ["a login page that says 401", text(401, "text/html", "<html>Log in</html>"), ["gateway-refused"]],
  ["a login page elsewhere", away(302), ["wrong-address"]],
  ["a redirect to another host that keeps the method", away(307), ["wrong-address"]],
  ["a permanent redirect", away(308), ["wrong-address"]],
  ["a redirect to itself", (_, response) => response.writeHead(301, { location: "/" }).end(), ["not-couchdb"]],
  ["JSON of another service", json(200, { status: "ok" }), ["not-couchdb"]],
  ["null", json(200, null), ["not-couchdb"]],
  ["a list", json(200, []), ["not-couchdb"]],
  ["a string", json(200, "hello"), ["not-couchdb"]],
  ["404 without a reason", text(404, "text/plain", "nothing here"), ["not-couchdb"]],
  ["an endless reason", withLogin(json(400, { error: "bad", reason: "x".repeat(1_000_000) })), ["request-failed"]],
  ["an endless error", withLogin(json(400, { error: "x".repeat(1_000_000) })), ["request-failed"]],
  [
    "control characters in its reason",
    withLogin(json(400, { error: `bad${nasty}`, reason: nasty })),
    ["request-failed"],
  ],
  ["its own password back", withLogin(json(400, { error: password, reason: `for ${password}` })), ["request-failed"]],
  ["another host after the login", withLogin(away(307)), ["wrong-address"]],
];

/** The cases run concurrently: each takes as long as the shortest run. */
const ends = new Map<string, Promise<unknown[]>>();
beforeAll(async () => {
  for (const [mood, behaviour] of triedAgain) ends.set(mood, endsOf((await behaving(behaviour)).url, 300));
  for (const [mood, begin, again] of raw) ends.set(mood, endsOf(await rawServer(begin, again), 300));
});

test.each(moods)("%s", async (_, behaviour, codes) => {
  const errors = await endsOf((await behaving(behaviour)).url, 10_000);
  for (const error of errors) expectHelp(error, codes);
});

test.each(triedAgain)("%s", async (mood, _, codes) => {
  const errors = (await ends.get(mood)) ?? [];
  expect(errors).toHaveLength(3);
  for (const error of errors) expectHelp(error, codes);
});

test.each(raw)("broken HTTP: %s", async (mood) => {
  const errors = (await ends.get(mood)) ?? [];
  expect(errors).toHaveLength(3);
  for (const error of errors) expectHelp(error, ["unreachable", "not-couchdb"]);
});

test("no other server got the credentials, or any request", async () => {
  await Promise.all(ends.values());
  expect(elsewhere.received).toEqual([]);
});

test("the command reports the error in a few lines, without a stack", async () => {
  const results = await Promise.all(
    [text(200, "text/html", "<html>Log in</html>"), flood, drip].map(async (behaviour) => {
      const { url } = await behaving(behaviour);
      const flags = ["--wait", "500ms", "--request-timeout", "300ms", "--termination-log", "none"];
      const env = { COUCHDB_URL: url, COUCHDB_USERNAME: "overlord", COUCHDB_PASSWORD: password };
      return runCli(["apply", folder, ...flags], { env });
    }),
  );
  for (const { code, stdout, stderr } of results) {
    expect([code, stdout]).toEqual([4, ""]);
    expect(stderr).toMatch(/Check the (?:URL|address)/);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr.split("\n").length).toBeLessThan(15);
  }
});
