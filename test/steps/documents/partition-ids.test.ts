/** Ids without a partition, which a partitioned database refuses: named, and never sent. */
import { describe, expect, it, onTestFinished, test } from "vitest";
import { InvalidInput } from "../../../src/contract/problem.js";
import { type ApplyOptions, apply, loadMigrations, plan } from "../../../src/index.js";
import { hasPartition } from "../../../src/objects/documents/partition-ids.js";
import { databaseName, freshDatabase } from "../../support/databases.js";
import { startProxy } from "../../support/proxy.js";
import { must, request } from "../../support/request.js";
import { server } from "../../support/servers.js";
import { tempFolder } from "../../support/temp.js";

const made = (name: string, partitioned: boolean) =>
  `- { id: made-${name}, ensureDatabase: { name: ${name}, partitioned: ${partitioned} } }\n`;
const seeds = (database: string, ...ids: string[]) =>
  `- id: seeds\n  ensureDocuments:\n    database: ${database}\n    docs: [${ids.map((id) => `{ _id: "${id}" }`)}]\n`;
const streamed = (database: string) =>
  `- id: seeds\n  ensureDocuments: { database: ${database}, from: seeds.ndjson }\n`;
const removal = (database: string, ...ids: string[]) =>
  `- id: removal\n  removeDocuments: { database: ${database}, ids: [${ids.map((id) => `"${id}"`)}], allowDestroy: true }\n`;

async function load(text: string, ndjson = '{"_id":"a:b"}\n{"_id":"loose"}\n') {
  return loadMigrations(await tempFolder({ "001.yaml": text, "seeds.ndjson": ndjson }), { env: {} });
}

const cases: readonly (readonly [string, boolean])[] = [
  ["a:b", true],
  ["a:b:c", true],
  ["a:_design/x", true],
  ["loose", false],
  [":a", false],
  ["a:", false],
  ["_a:b", false],
  ["a:_b", false],
];

test.each(cases)("%s has a partition: %s", (id, has) => {
  expect(hasPartition(id)).toBe(has);
});

test.runIf(server().kind !== "embedded" && server().isFrom("3.0"))("CouchDB agrees", async () => {
  const database = databaseName("partitioned");
  await must(server(), "PUT", `/${database}?partitioned=true`);
  for (const [id, has] of cases) {
    const { status } = await request(server(), "PUT", `/${database}/${encodeURIComponent(id)}`, { body: {} });
    expect([id, status === 201]).toEqual([id, has]);
  }
});

describe("validate, if the set creates the database,", () => {
  it.each<[string, string]>([
    ["with partitions", made("tenant", true) + seeds("tenant", "a:b")],
    ["without partitions", made("tenant", false) + seeds("tenant", "a")],
    ["with partitions, alongside another", made("other", true) + seeds("tenant", "a")],
  ])("accepts matching ids: %s", async (_, text) => {
    await expect(load(text)).resolves.toBeDefined();
  });

  it.each<[string, string]>([
    ["inline", made("tenant", true) + seeds("tenant", "a:b", "loose")],
    ["in a pattern", made("tenant-1", true) + seeds('"tenant-*"', "loose")],
    ["in a streamed file", made("tenant", true) + streamed("tenant")],
    ["to be removed", made("tenant", true) + removal("tenant", "loose")],
  ])("names an id without a partition: %s", async (_, text) => {
    const error = await load(text).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidInput);
    expect((error as InvalidInput).problems).toMatchObject([
      {
        code: "no-partition",
        message: expect.stringMatching(/^tenant.* is partitioned.* this one does not: "loose"$/),
      },
    ]);
  });

  it("counts the ids that it does not name", async () => {
    const error = await load(made("tenant", true) + seeds("tenant", ..."abcdefg")).catch((thrown: unknown) => thrown);
    const [problem] = (error as InvalidInput).problems;
    expect(problem?.message).toMatch(/these do not: "a", "b", "c", "d", "e" and 2 more$/);
  });
});

describe.runIf(server().isFrom("3.0"))("a partitioned database that exists", () => {
  it.each<[string, (database: string) => string]>([
    ["inline", (database) => seeds(database, "a:b", "loose")],
    ["in a streamed file", streamed],
    ["to be removed", (database) => removal(database, "a:b", "loose")],
  ])("an id without a partition is named and never sent, and other steps continue: %s", async (_, text) => {
    const { url, admin } = server();
    const proxy = await startProxy(url);
    onTestFinished(() => proxy.close());
    const database = databaseName("partitioned");
    await must(server(), "PUT", `/${database}?partitioned=true`);
    const other = await freshDatabase("other");
    const options: ApplyOptions = {
      connection: { url: proxy.url, username: admin.name, password: admin.password },
      ledgerDatabase: await freshDatabase("ledger"),
    };
    const set = await load(text(database) + seeds(other, "loose").replace("seeds", "others"));
    const { steps } = await plan(set, options);
    expect(steps).toMatchObject([
      { action: "refused", notes: [expect.stringContaining(`${database} is partitioned`)] },
      { action: "create" },
    ]);
    const { failures } = await apply(set, options);
    expect(failures).toMatchObject([{ code: "refused", message: expect.stringContaining('"loose"') }]);
    expect(proxy.requests.filter(({ path }) => path.startsWith(`/${database}/_`))).toEqual([]);
  });
});
