/** A read that fails in one database stops neither the plan nor the other databases. */
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { type ApplyOptions, apply, type Event, loadMigrations, type Migrations, plan } from "../../src/index.js";
import { freshDatabase } from "../support/databases.js";
import { type RecordingProxy, startProxy } from "../support/proxy.js";
import { must } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

let sound: string;
let sick: string;
let proxy: RecordingProxy;
let options: ApplyOptions;
let migrations: Migrations;

const roles = async (name: string) => (await must(server(), "GET", `/${name}/_security`)).members.roles;
const drift = (name: string) => must(server(), "PUT", `/${name}/_security`, { body: {} });
/** No retry helps. */
const refusal = { status: 403, body: { error: "forbidden", reason: "the shard is ill" } };
const breakReads = () => proxy.faultWhen(({ path }) => path === `/${sick}/_security`, refusal, 100);

beforeEach(async () => {
  [sound, sick] = [await freshDatabase("sound"), await freshDatabase("sick")];
  proxy = await startProxy(server().url);
  onTestFinished(() => proxy.close());
  const { admin } = server();
  const connection = { url: proxy.url, username: admin.name, password: admin.password };
  options = { connection, ledgerDatabase: await freshDatabase("ledger"), wait: 5_000 };
  const step = `- id: members\n  ensureSecurity: { database: [${sound}, ${sick}], members: { roles: [zerg] } }\n`;
  migrations = await loadMigrations(await tempFolder({ "001.yaml": step }), { env: {} });
});

test("a plan reports the failure for that database, and plans the other", async () => {
  breakReads();
  const { steps } = await plan(migrations, options);
  expect(steps).toMatchObject([
    { action: "refused", databases: { [sound]: { action: "update" }, [sick]: { action: "refused" } } },
  ]);
  expect(steps[0]?.notes).toContainEqual(expect.stringMatching(`database ${sick}: .*the shard is ill`));
});

test("apply --verify repairs the other database, and fails for that one", async () => {
  await apply(migrations, options);
  for (const name of [sound, sick]) await drift(name);
  breakReads();
  const { failures } = await apply(migrations, { ...options, verify: true });
  expect(failures).toMatchObject([{ id: "members", database: sick, code: "request-failed" }]);
  expect(await roles(sound)).toEqual(["zerg"]);
  proxy.reset();
  expect(await apply(migrations, { ...options, verify: true })).toMatchObject({ failures: [], applied: ["members"] });
  expect(await roles(sick)).toEqual(["zerg"]);
});

test("a database that can't be read at all is a warning, and the others are processed", async () => {
  proxy.faultWhen(({ path }) => path === "/_dbs_info", { status: 403, body: { error: "forbidden", reason: "x" } }, 100);
  proxy.faultWhen(({ path }) => path.startsWith(`/${sick}`), refusal, 100);
  const events: Event[] = [];
  const { failures } = await apply(migrations, { ...options, emit: (event) => events.push(event) });
  expect(failures).toMatchObject([{ database: sick }]);
  expect(await roles(sound)).toEqual(["zerg"]);
  expect(events).toContainEqual(expect.objectContaining({ type: "warning", code: "unreadable" }));
});
