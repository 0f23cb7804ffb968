/**
 * Promise 5: no secret leaves the process except to CouchDB. Known secrets are planted wherever one may be, all
 * commands are run in all formats, even where they fail, and everything that leaves the process is searched for all
 * forms of all secrets. `npm run secrets` prints how many places were searched.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import * as library from "../../../src/index.js";
import { main } from "../../../src/main.js";
import { runCli } from "../../support/cli.js";
import { type RecordingProxy, startProxy } from "../../support/proxy.js";
import { type Addressed, must, request } from "../../support/request.js";
import { canStartNodes, startCouchDB, startEmbedded } from "../../support/servers.js";
import { makeFolder, removeFolder, writeFiles } from "../../support/temp.js";
import { formsOf, Search } from "./forms.js";
import { broken, env, removal, secretFiles, secrets, sound } from "./planted.js";

// Each test continues where the previous one ended.
const search = new Search(secrets);
const admin = { name: "overlord", password: secrets.login };
let node: Addressed & { close(): Promise<void> };
let proxy: RecordingProxy;
let folder: string;
let runs = 0;

beforeAll(async () => {
  const admins = { [admin.name]: admin.password };
  node = canStartNodes ? await startCouchDB({ admins }) : await startEmbedded({ admins });
  proxy = await startProxy(node.url);
  folder = await makeFolder();
  const files = Object.entries(broken).map(([title, text]) => [`${slug(title)}/001.yaml`, text]);
  await writeFiles(folder, {
    ...secretFiles,
    "sound/001.yaml": sound("hive"),
    "removal/001.yaml": removal("hive"),
    ...Object.fromEntries(files),
  });
});
// A failed test must not leave its faults to the next one.
afterEach(() => proxy.reset());
afterAll(async () => {
  await proxy.close();
  await node.close();
  await removeFolder(folder);
});

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Start = (argv: readonly string[], env: Readonly<Record<string, string>>) => Promise<Ran>;

const inThisProcess: Start = async (argv, env) => {
  const texts = { stdout: [] as string[], stderr: [] as string[] };
  const stream = (name: keyof typeof texts) => ({ write: (text: string) => void texts[name].push(text) });
  const io = { stdout: stream("stdout"), stderr: stream("stderr"), signal: new AbortController().signal };
  const code = await main(argv, { env, ...io, engine: async () => library });
  return { code, stdout: texts.stdout.join(""), stderr: texts.stderr.join("") };
};

/** The built command: this includes its bundled packages, Node.js itself and the real streams. */
const inItsOwn: Start = async (argv, env) => {
  const { code, stdout, stderr } = await runCli(argv, { env });
  return { code: code ?? -1, stdout, stderr };
};

/** Runs a command, and passes all its output to the search. */
async function run(
  argv: readonly string[],
  more: Readonly<Record<string, string>> = {},
  start: Start = inThisProcess,
): Promise<Ran> {
  runs += 1;
  const termination = join(folder, `termination-${runs}`);
  const { code, stdout, stderr } = await start(argv, {
    COUCHDB_URL: proxy.url,
    COUCHDB_USERNAME: admin.name,
    COUCHDB_PASSWORD: admin.password,
    COUCHDB_PREVIOUS_PASSWORD: secrets.previous,
    COUCHDB_MIGRATE_LOG_LEVEL: "trace",
    COUCHDB_MIGRATE_TERMINATION_LOG: termination,
    COUCHDB_MIGRATE_WAIT: "3s",
    ...env(folder),
    ...more,
  });
  const called = `${runs} ${argv.map((arg) => (arg.includes("://") ? "URL" : arg.replace(folder, ""))).join(" ")}`;
  search.add(`${called}: stdout`, stdout);
  search.add(`${called}: stderr`, stderr);
  search.add(`${called}: termination message`, await readFile(termination, "utf8").catch(() => ""));
  return { code, stdout, stderr };
}

/** What a user of the library may print of an error and all its parts. */
async function thrownBy(place: string, work: () => Promise<unknown>): Promise<void> {
  const thrown: unknown = await work().then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown, place).toBeInstanceOf(library.MigrateError);
  search.add(`${place}: the error, inspected`, inspect(thrown, { depth: Number.POSITIVE_INFINITY, showHidden: true }));
  for (let error = thrown, depth = 0; error instanceof Error; error = error.cause, depth += 1) {
    search.add(`${place}: error ${depth}`, [error.message, error.stack, JSON.stringify(error)].join("\n"));
    search.add(`${place}: data ${depth}`, JSON.stringify((error as library.MigrateError).data ?? null));
  }
}

const slug = (text: string) => text.replaceAll(/[^a-z]+/g, "-");
const soundFiles = () => join(folder, "sound");
const load = () => library.loadMigrations(soundFiles(), { env: env(folder) });
const connection = (more = {}) => ({ url: proxy.url, username: admin.name, password: admin.password, ...more });

/** The answer of a server that echoes what it was sent, in several forms; some secrets are never sent to it. */
const echo = Object.entries(secrets)
  .filter(([name]) => !/^(?:urlPassword|tlsKey|alias|argument|old.*)$/.test(name))
  .flatMap(([name, secret]) =>
    formsOf(name, secret).filter(({ form }) => !/^(?:md5|sha|reversed|in HTML|in hex)/.test(form)),
  )
  .map(({ text }) => `${text} |`)
  .join(" ");

test("the search finds every form", () => {
  const own = new Search({ one: secrets.fromFile });
  for (const { form, text } of formsOf("one", secrets.fromFile)) own.add(form, `before ${text} after`);
  expect(new Set(own.hits().map(({ place }) => place))).toEqual(new Set(own.places));
});

test("checksums and the shown step do not depend on its secrets", async () => {
  const other = Object.fromEntries(
    Object.entries(env(folder)).map(([name, value]) => [name, value.replace("variable", "x")]),
  );
  const [one, two] = [await load(), await library.loadMigrations(soundFiles(), { env: other })];
  const changed = sound("hive").replaceAll(secrets.configPassword, "another").replaceAll(secrets.configKey, "another");
  await writeFiles(folder, { "changed/001.yaml": changed });
  const three = await library.loadMigrations(join(folder, "changed"), { env: env(folder) });
  const sums = ({ steps }: library.Migrations) => steps.map(({ id, checksum, shown }) => ({ id, checksum, shown }));
  expect(sums(two)).toEqual(sums(one));
  expect(sums(three)).toEqual(sums(one));
  search.add("what is shown of steps", JSON.stringify(sums(one)));
});

test("files that can't be loaded", async () => {
  for (const title of Object.keys(broken)) {
    const at = join(folder, slug(title));
    for (const format of ["pretty", "json"]) {
      const { code, stdout, stderr } = await run(["validate", at, "--log-format", format]);
      expect(code, `${title}: ${stdout}${stderr}`).toBe(3);
    }
    await thrownBy(`loading ${title}`, () => library.loadMigrations(at, { env: env(folder) }));
  }
});

test("plans, applies, and all other commands", async () => {
  const path = soundFiles();
  for (const format of ["text", "json", "markdown"]) {
    const out = join(folder, `plan.${format}`);
    expect(await run(["plan", path, "--format", format])).toMatchObject({ code: 0 });
    expect(await run(["plan", path, "--format", format, "--out", out, "--log-format", "json"])).toMatchObject({
      code: 0,
    });
    search.add(`plan --format ${format} --out`, await readFile(out, "utf8"));
  }
  const applied = await run(["apply", path, "--format", "json", "--log-format", "json"]);
  expect(applied.code, applied.stderr).toBe(0);
  expect(await run(["apply", path])).toMatchObject({ code: 0 });

  const rotated = { OVERMIND_PASSWORD: secrets.previous, LINK_PASSWORD: secrets.urlPassword };
  expect(await run(["plan", path, "--verify"], rotated)).toMatchObject({ code: 0 });
  expect(await run(["apply", path, "--verify", "--log-format", "json"], rotated)).toMatchObject({ code: 0 });
  expect(await run(["apply", path, "--log-format", "json"])).toMatchObject({ code: 0 });
  expect(await run(["apply", path, "--allow-revert", "--log-format", "json"])).toMatchObject({ code: 0 });

  for (const argv of [
    ["status", path],
    ["status", path, "--format", "json"],
    ["wait"],
    ["ledger", "forget", "user"],
    ["ledger", "accept", "config", path],
    ["unlock"],
  ])
    await run(argv);
  const out = join(folder, "imported");
  expect(await run(["import", "--out", out])).toMatchObject({ code: 0 });
  for (const file of await readdir(out, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) search.add(`import: ${file.name}`, await readFile(join(file.parentPath, file.name), "utf8"));
  }
});

test("the server's values in secret places, as plans replace and remove them", async () => {
  const path = soundFiles();
  const user = await must(node, "GET", "/_users/org.couchdb.user:hive-user");
  const totp = { key: secrets.oldUser };
  await must(node, "PUT", "/_users/org.couchdb.user:hive-user", {
    body: { ...user, apiToken: secrets.oldUser, totp },
  });
  for (const key of ["auth_key", "passphrase", "api_password"])
    await must(node, "PUT", `/_node/_local/_config/hive/${key}`, { body: secrets.oldConfig });
  const { _rev } = await must(node, "GET", "/_replicator/hive");
  const url = `http://a:${secrets.oldLink}@127.0.0.1:1/old?token=${secrets.oldLink}`;
  const basic = { username: "a", password: secrets.oldLink };
  await must(node, "PUT", "/_replicator/hive", {
    body: {
      _rev,
      source: url,
      target: { url, headers: { "X-Key": secrets.oldLink }, auth: { basic } },
      query_params: { apiKey: secrets.oldLink },
    },
  });
  const removing = join(folder, "removal");
  for (const format of ["text", "json", "markdown"]) {
    const changed = await run(["plan", path, "--verify", "--format", format]);
    expect(changed.code, changed.stderr).toBe(0);
    expect(changed.stdout).toContain("fields/totp");
    const removed = await run(["plan", removing, "--set", "removal", "--format", format]);
    expect(removed.code, removed.stderr).toBe(0);
    expect(removed.stdout.replaceAll("\\_", "_")).toContain("auth_key");
  }
  const out = join(folder, "imported-old");
  expect(await run(["import", "--out", out])).toMatchObject({ code: 0 });
  for (const file of await readdir(out, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) search.add(`import old: ${file.name}`, await readFile(join(file.parentPath, file.name), "utf8"));
  }
  expect((await run(["apply", path, "--verify", "--format", "json"])).code).toBe(0);
  expect((await run(["apply", removing, "--set", "removal", "--format", "json"])).code).toBe(0);
  expect((await run(["apply", path, "--verify"])).code).toBe(0);
});

test("the tool's own database", async () => {
  for (const list of ["_all_docs", "_local_docs"]) {
    const { rows } = await must(node, "GET", `/couchdb-migrate/${list}?include_docs=true`);
    expect(rows.length).toBeGreaterThan(0);
    for (const { id, doc } of rows) search.add(`stored: ${id}`, JSON.stringify(doc));
  }
});

test("a server that echoes what it was sent, and worse", async () => {
  const path = soundFiles();
  const body = { error: `bad ${echo}`, reason: echo };
  // So that there is something to write.
  await request(node, "DELETE", "/hive");
  for (const status of [400, 403, 500]) {
    for (const [what, matches] of [
      ["writes", (one: { writes: boolean }) => one.writes],
      ["reads", () => true],
    ] as const) {
      proxy.reset();
      proxy.faultWhen(matches, { status, body }, 1_000);
      const format = status === 400 ? "json" : "pretty";
      // The run waits for a server that keeps failing: by then, its answers are in the trace.
      const limit = ["--timeout", "700ms", "--verify"];
      // Something missing makes the run write.
      await request(node, "DELETE", "/hive");
      expect((await run(["apply", path, ...limit, "--log-format", format])).code, `${status} to ${what}`).not.toBe(0);
      await thrownBy(`apply, with ${status} to ${what}`, async () => {
        const result = await library.apply(await load(), {
          connection: connection({ previousPassword: secrets.previous }),
          wait: 1_000,
          timeout: 700,
          verify: true,
        });
        search.add(`failures, with ${status} to ${what}`, JSON.stringify(result));
        throw new library.MigrateError("step-failed", { message: JSON.stringify(result.failures) });
      });
    }
  }
  proxy.reset();
});

test("a password that was passed by mistake as an argument, a flag or a command", async () => {
  const path = soundFiles();
  for (const argv of [
    ["plan", path, secrets.argument],
    [secrets.argument],
    ["ledger", secrets.argument],
    ["apply", path, `-p${secrets.argument}`],
    ["apply", path, `--password=${secrets.argument}`],
    ["apply", path, "--password", secrets.argument],
    ["apply", path, `--verify=${secrets.argument}`],
  ]) {
    for (const start of [inThisProcess, inItsOwn]) expect((await run(argv, {}, start)).code, argv.join(" ")).toBe(3);
  }
});

test("separate processes, as a pod starts them", async () => {
  const path = soundFiles();
  await request(node, "DELETE", "/hive");
  const commands = ["plan", "apply", "status"].map((command) => [command, path]);
  for (const argv of [...commands, ["apply", path, "--verify"]]) {
    const { code, stderr } = await run([...argv, "--log-format", "json"], {}, inItsOwn);
    expect(code, stderr).toBe(0);
    expect(stderr, "a trace").toContain('"event":"request"');
  }
  await request(node, "DELETE", "/hive");
  proxy.faultWhen(({ writes }) => writes, { status: 400, body: { error: `bad ${echo}`, reason: echo } }, 1_000);
  const failing = await run(["apply", path, "--log-format", "pretty"], {}, inItsOwn);
  proxy.reset();
  expect(failing.code, failing.stderr).toBe(1);
  const invalid = await run(["apply", join(folder, slug(Object.keys(broken)[0] ?? ""))], {}, inItsOwn);
  expect(invalid.code, invalid.stderr).toBe(3);
});

test("events of a whole run", async () => {
  const events: library.Event[] = [];
  await request(node, "DELETE", "/hive");
  await library.apply(await load(), { connection: connection(), verify: true, emit: (event) => events.push(event) });
  expect(events.length).toBeGreaterThan(20);
  search.add("events", inspect(events, { depth: Number.POSITIVE_INFINITY }));
});

test("doctor, whatever it finds", async () => {
  const path = soundFiles();
  const withUrl = proxy.url.replace("//", `//duran:${secrets.urlPassword}@`);
  const tls = { COUCHDB_MIGRATE_KEY: join(folder, "key.pem"), COUCHDB_MIGRATE_CERT: join(folder, "key.pem") };
  const cases: [string, Readonly<Record<string, string>>, number][] = [
    [path, {}, 0],
    [join(folder, slug(Object.keys(broken)[0] ?? "")), {}, 3],
    // CouchDB locks an account after several refused logins.
    [path, { COUCHDB_USERNAME: "kerrigan", COUCHDB_PASSWORD: secrets.urlPassword }, 4],
    [path, { COUCHDB_URL: withUrl, COUCHDB_USERNAME: "", COUCHDB_PASSWORD: "" }, 4],
    [path, { COUCHDB_URL: `${withUrl}?${secrets.configKey}` }, 3],
    [path, { COUCHDB_URL: `http://a:${secrets.urlPassword}@127.0.0.1:1`, COUCHDB_MIGRATE_WAIT: "10ms" }, 4],
    [path, { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: `http://a:${secrets.urlPassword}@proxy.invalid:3128` }, 0],
    [path, { COUCHDB_URL: "https://127.0.0.1:1", ...tls, COUCHDB_MIGRATE_WAIT: "10ms" }, 4],
    [path, { COUCHDB_PASSWORD_FILE: join(folder, "secret") }, 3],
    [path, { COUCHDB_MIGRATE_WAIT: "soon" }, 3],
  ];
  for (const format of ["text", "json"]) {
    for (const [at, more, code] of cases) {
      const ran = await run(["doctor", at, "--format", format], more);
      expect(ran.code, ran.stdout + ran.stderr).toBe(code);
    }
    expect((await run(["doctor", path, "--format", format, "--log-format", "json"], {}, inItsOwn)).code).toBe(0);
  }
  const given = connection({ previousPassword: secrets.previous });
  search.add(
    "a diagnosis, inspected",
    inspect(await library.doctor({ connection: given, path, env: env(folder) }), { depth: null }),
  );
  // Everything that a server may say about itself, and about others.
  for (const status of [200, 400, 403]) {
    const said = { couchdb: echo, version: echo, features: [echo], vendor: { name: echo }, error: echo, reason: echo };
    const lease = [{ ok: { _rev: "1-a", holder: echo, since: echo, ttl: 1 } }];
    const body = { ...said, userCtx: { name: echo, roles: [echo] }, info: { authenticated: echo }, all_nodes: [echo] };
    for (const matches of ["/", "/_session", "/_node", "/_membership", "/_active_tasks", "/couchdb-migrate"]) {
      proxy.reset();
      const answer = matches === "/_active_tasks" ? [{ type: echo, database: echo, design_document: echo }] : body;
      const wanted = (one: { path: string }) => (matches === "/" ? one.path === "/" : one.path.startsWith(matches));
      proxy.faultWhen(({ path }) => path.includes("/lease-") && matches !== "/", { status: 200, body: lease }, 1_000);
      proxy.faultWhen(wanted, { status, body: answer }, 1_000);
      await run(["doctor", path, "--format", "json"]);
    }
  }
  proxy.reset();
});

test("refused logins, and secrets in a URL", async () => {
  const refused = { COUCHDB_PASSWORD: secrets.urlPassword };
  expect(await run(["plan", soundFiles()], refused)).toMatchObject({ code: 4 });
  const events: library.Event[] = [];
  const wrong = connection({ password: secrets.urlPassword });
  await thrownBy("a refused login", async () =>
    library.plan(await load(), { connection: wrong, emit: (event) => events.push(event) }),
  );
  search.add("events of a refused login", JSON.stringify(events));

  const url = proxy.url.replace("//", `//${admin.name}:${secrets.urlPassword}@`);
  const withUrl = { COUCHDB_URL: "", COUCHDB_USERNAME: "", COUCHDB_PASSWORD: "", COUCHDB_PREVIOUS_PASSWORD: "" };
  const onCommandLine = await run(["status", soundFiles(), "--url", url], withUrl);
  expect(onCommandLine.stderr).toMatch(/--url contains credentials, which the process list shows/);
  await run(["status", soundFiles()], { ...withUrl, COUCHDB_URL: url });
  await run(["status", soundFiles()], { ...withUrl, COUCHDB_URL: `${url}?${secrets.configKey}` });
  await run(["status", soundFiles()], { ...withUrl, COUCHDB_URL: `http://${admin.name}:${secrets.urlPassword}@[` });
  await thrownBy("a URL that is none", () =>
    library.wait({ connection: { url: `http://a:${secrets.urlPassword}@[` } }),
  );
  await thrownBy("nobody at the URL", () =>
    library.wait({ connection: { url: `http://a:${secrets.urlPassword}@127.0.0.1:1` }, wait: 10 }),
  );
  const tls = {
    COUCHDB_URL: "https://127.0.0.1:1",
    COUCHDB_MIGRATE_KEY: join(folder, "key.pem"),
    COUCHDB_MIGRATE_CERT: join(folder, "key.pem"),
  };
  await run(["wait", "--wait", "10ms"], tls);
});

test("migrations, inspected and as JSON", async () => {
  const migrations = await load();
  search.add("migrations, inspected", inspect(migrations, { depth: null, showHidden: true }));
  search.add("migrations as JSON", JSON.stringify(migrations));
});

test("no place contains a secret", () => {
  const hits = search.hits().map(({ place, secret, form }) => `${place}: ${secret}, ${form}`);
  console.log(`${search.places.length} places searched (${search.characters} characters), ${hits.length} hits`);
  expect(search.places.length).toBeGreaterThan(200);
  expect(hits).toEqual([]);
});
