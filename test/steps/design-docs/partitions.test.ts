/** `options.partitioned: true`, which CouchDB refuses in a database that is not partitioned. */
import { describe, expect, it } from "vitest";
import { InvalidInput } from "../../../src/contract/problem.js";
import { type ApplyOptions, apply, loadMigrations, plan } from "../../../src/index.js";
import { databaseName, freshDatabase } from "../../support/databases.js";
import { must } from "../../support/request.js";
import { server } from "../../support/servers.js";
import { tempFolder } from "../../support/temp.js";

const views = (database: string, partitioned: boolean) =>
  `- id: views\n  ensureDesignDocs:\n    database: ${database}\n    docs: { a: { options: { partitioned: ${partitioned} } } }\n`;
const made = (name: string, partitioned: boolean) =>
  `- { id: ${name}, ensureDatabase: { name: ${name}, partitioned: ${partitioned} } }\n`;

async function load(text: string) {
  return loadMigrations(await tempFolder({ "001.yaml": text }), { env: {} });
}

describe("a database that the set creates", () => {
  it.each<[string, string]>([
    ["partitioned", made("tenant", true) + views("tenant", true)],
    ["not partitioned, if the design document does not ask for it", made("tenant", false) + views("tenant", false)],
    ["not partitioned, but another one", made("other", false) + views("tenant", true)],
    ["not partitioned, but outside of the pattern", made("other", false) + views('"tenant-*"', true)],
  ])("accepts the design document: %s", async (_, text) => {
    await expect(load(text)).resolves.toBeDefined();
  });

  it.each<[string, string, number]>([
    ["by name", made("tenant", false) + views("tenant", true), 5],
    ["by default", `- { id: t, ensureDatabase: { name: tenant } }\n${views("tenant", true)}`, 5],
    ["by a pattern", made("tenant-1", false) + made("tenant-2", true) + views('"tenant-*"', true), 6],
  ])("that is not partitioned is a problem if it is named %s", async (_, text, line) => {
    const error = await load(text).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(InvalidInput);
    expect((error as InvalidInput).problems).toMatchObject([
      { line, code: "not-partitioned", message: expect.stringMatching(/^_design\/a can't be stored in tenant/) },
    ]);
  });
});

it.runIf(server().isFrom("3.0"))("a plan refuses it in a database that exists and is not partitioned", async () => {
  const { url, admin } = server();
  const options: ApplyOptions = {
    connection: { url, username: admin.name, password: admin.password },
    ledgerDatabase: await freshDatabase("ledger"),
  };
  const plain = await freshDatabase("plain");
  const { steps } = await plan(await load(views(plain, true)), options);
  expect(steps).toMatchObject([
    { action: "refused", notes: [expect.stringContaining(`_design/a can't be stored in ${plain}`)] },
  ]);

  const partitioned = databaseName("partitioned");
  await must(server(), "PUT", `/${partitioned}?partitioned=true`);
  expect(await apply(await load(views(partitioned, true)), options)).toMatchObject({ applied: ["views"] });
});
