/**
 * Made fixtures/VERSION/ledger.json, with the built tool of that version and a new CouchDB:
 *
 *   COUCHDB_URL=http://ADMIN:PASSWORD@127.0.0.1:5984 node test/ledger/make-ledger.mjs
 *
 * For the next version whose ledger differs: copy the folder of files under the new version's name, and run it once. It
 * refuses to write a ledger that is already there: an old one is never recreated, because it shows that people's
 * ledgers of that time can still be read.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const folder = join(here, "fixtures", version);
const server = new URL(process.env.COUCHDB_URL);
const authorization = `Basic ${Buffer.from(`${server.username}:${server.password}`).toString("base64")}`;

async function ask(method, path, body) {
  const response = await fetch(server.origin + path, {
    method,
    headers: { authorization, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

function run(files, set, exit, ...flags) {
  const env = {
    PATH: process.env.PATH,
    COUCHDB_URL: process.env.COUCHDB_URL,
    HOSTNAME: "pod-1",
    KEEPER_PASSWORD: "frozen-in-a-test",
  };
  const args = ["dist/cli.cjs", "apply", join(folder, files), "--set", set, ...flags];
  const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: "inherit" });
  if (status !== exit) throw new Error(`apply ${files} ended with ${status}`);
}

const rows = async (path) => (await ask("GET", `${path}?include_docs=true`)).rows.map(({ doc }) => doc);

const names = ["lair", "hive", "plain"].map((name) => `cm-test-frozen-${name}`);
const [lair, hive, plain] = names;
for (const name of names) await ask("PUT", `/${name}`);
await ask("PUT", `/${lair}/queen`, { type: "creature", legs: 8 });
await ask("PUT", `/${hive}/egg`, { type: "egg" });
const creatures = ["a", "b", "c", "d"].map((_id) => ({
  _id,
  type: "creature",
  ...(_id === "d" ? { stuck: true } : {}),
}));
await ask("POST", `/${plain}/_bulk_docs`, { docs: creatures });

run("v1", "frozen", 0, "--release", "1");
run("v2", "frozen", 0, "--release", "2");
run("plain", "frozen-plain", 0);
run("stuck", "frozen-stuck", 1, "--rate", "2");

const databases = {};
for (const name of ["couchdb-migrate", ...names]) {
  const { instance_start_time: incarnation } = await ask("GET", `/${name}`);
  databases[name] = {
    incarnation,
    security: await ask("GET", `/${name}/_security`),
    docs: await rows(`/${name}/_all_docs`),
    local: await rows(`/${name}/_local_docs`),
  };
}
const { instance_start_time: users } = await ask("GET", "/_users");
const keeper = await ask("GET", "/_users/org.couchdb.user:cm-test-frozen-keeper");
const comment = "As couchdb-migrate left it. Never made again and never edited: see test/ledger/make-ledger.mjs.";
const { version: couchdb } = await ask("GET", "/");
const ledger = {
  comment,
  version,
  couchdb,
  databases: { ...databases, _users: { incarnation: users, docs: [keeper] } },
};
writeFileSync(join(folder, "ledger.json"), `${JSON.stringify(ledger, null, 2)}\n`, { flag: "wx" });
