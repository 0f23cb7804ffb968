/** The first requests of a plan and of `apply --verify`, before the files are parsed: the run sends none of them again. */
import { beforeEach, expect, test } from "vitest";
import type { Connection } from "../../src/contract/connection.js";
import { startReading } from "../../src/engine/fast-path/start-reading.js";
import { type ApplyOptions, apply, loadMigrations, plan } from "../../src/index.js";
import { databaseName, freshDatabase, uniqueName } from "../support/databases.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

let folder: string;
let options: ApplyOptions & { readonly connection: Connection };
let sent: { readonly path: string; readonly status: number | undefined }[];
const paths = () => sent.map(({ path }) => path);

beforeEach(async () => {
  const { url, admin } = server();
  const connection = { url, username: admin.name, password: admin.password };
  sent = [];
  options = {
    connection,
    ledgerDatabase: await freshDatabase("ledger"),
    emit: (event) => void (event.type === "request" && sent.push({ path: event.path, status: event.status })),
  };
  const names = [1, 2, 3, 4, 5].map(() => databaseName("reading"));
  const files = names.map((name) => [
    `${name}.yaml`,
    `- id: ${name}
  ensureDatabase: { name: ${name} }
- id: ${name}-security
  ensureSecurity: { database: ${name}, members: { roles: [drone] } }
`,
  ]);
  folder = await tempFolder(Object.fromEntries(files));
});

const load = (eachFile?: ReturnType<typeof startReading>["eachFile"]) =>
  loadMigrations(folder, eachFile ? { eachFile } : {});

type Run = (...given: Parameters<typeof apply>) => Promise<object>;
const runs: [string, Run][] = [
  ["plan", plan],
  ["apply --verify", (files, given, first) => apply(files, { ...given, verify: true }, first)],
];

test.each(runs)("%s: the same result as without, with the same requests", async (_title, run) => {
  await apply(await load(), options);
  sent = [];
  const expected = await run(await load(), options);
  const without = paths();
  sent = [];
  const { look, eachFile } = startReading(options);
  const found = await run(await load(eachFile), options, look);
  expect(found).toEqual({ ...expected, ...measuredIn(found) });
  expect(paths().sort()).toEqual(without.sort());
});

/** What differs between two runs. */
const measuredIn = (result: object) =>
  Object.fromEntries(Object.entries(result).filter(([key]) => key === "milliseconds" || key === "plannedAt"));

test("the ledger is read first, and the databases before the files are parsed", async () => {
  await apply(await load(), options);
  sent = [];
  const { look } = startReading(options);
  await look.ledger;
  expect(paths()).toEqual([`/${options.ledgerDatabase}/_local/couchdb-migrate-default`]);
  const isOfDatabases = (path: string) => /_dbs/.test(path);
  await expect.poll(() => paths().some(isOfDatabases)).toBe(true);
  await look.couch.close();
});

test("without a ledger, a plan is as without", async () => {
  const expected = await plan(await load(), options);
  const { look, eachFile } = startReading(options);
  const found = await plan(await load(eachFile), options, look);
  expect(found).toEqual({ ...expected, ...measuredIn(found) });
});

test.each(runs)("%s: refused credentials are tried once", async (_title, run) => {
  options = { ...options, connection: { ...options.connection, username: uniqueName("nobody"), password: "wrong" } };
  const { look, eachFile } = startReading(options);
  await expect(run(await load(eachFile), options, look)).rejects.toMatchObject({ code: "unauthorized" });
  expect(sent.filter(({ status }) => status === 401)).toHaveLength(1);
});
