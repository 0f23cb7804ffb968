/** IBM Cloudant stores documents up to 1 MB; CouchDB allows 8 MB. */
import { expect, test } from "vitest";
import { apply, loadMigrations, plan } from "../../src/index.js";
import { databaseName } from "../support/databases.js";
import { tempFolder } from "../support/temp.js";
import { service } from "./service.js";

const large = "x".repeat(1_050_000);
const first = (database: string) => `- id: made\n  ensureDatabase: { name: ${database} }\n`;

const cases: readonly (readonly [string, (database: string) => string, Readonly<Record<string, string>>, string])[] = [
  [
    "a document of the step",
    (database) => `- id: big\n  ensureDocuments: { database: ${database}, docs: [{ _id: larva, text: ${large} }] }\n`,
    {},
    "document larva is larger than 1 MB",
  ],
  [
    "a document in a file",
    (database) => `- id: big\n  ensureDocuments: { database: ${database}, from: larvae.ndjson }\n`,
    { "larvae.ndjson": `{"_id":"egg"}\n${JSON.stringify({ _id: "larva", text: large })}\n` },
    "larvae.ndjson:2 is larger than 1 MB",
  ],
  [
    "a design document",
    (database) =>
      `- id: big\n  ensureDesignDocs: { database: ${database}, docs: { brood: { views: {}, note: ${large} } } }\n`,
    {},
    "design document brood is larger than 1 MB",
  ],
];

test.each(cases)("%s that is larger is refused before anything is written", async (_, step, files, message) => {
  const { proxy, options } = await service();
  const database = databaseName("hive");
  const text = first(database) + step(database);
  const migrations = await loadMigrations(await tempFolder({ "001.yaml": text, ...files }), { env: {} });
  const planned = await plan(migrations, options);
  expect(planned.steps[1]).toMatchObject({ action: "refused", notes: [expect.stringContaining(message)] });
  const applied = await apply(migrations, options);
  expect(applied.failures).toMatchObject([{ id: "big", code: "refused", message: expect.stringContaining(message) }]);
  expect(proxy.writes()).toEqual([]);
});

test.each(cases)("%s that is larger is stored by CouchDB", async (_, step, files) => {
  const { options } = await service({ vendor: false });
  const database = databaseName("hive");
  const text = first(database) + step(database);
  const migrations = await loadMigrations(await tempFolder({ "001.yaml": text, ...files }), { env: {} });
  expect(await apply(migrations, options)).toMatchObject({ result: "applied", failures: [] });
});

test("attachments do not count", async () => {
  const { options } = await service();
  const database = databaseName("hive");
  const attachment = { data: Buffer.from(large).toString("base64"), content_type: "text/plain" };
  const line = JSON.stringify({ _id: "larva", _attachments: { "scan.txt": attachment } });
  const text = `${first(database)}- id: big\n  ensureDocuments: { database: ${database}, from: larvae.ndjson }\n`;
  const folder = await tempFolder({ "001.yaml": text, "larvae.ndjson": line });
  expect(await apply(await loadMigrations(folder, { env: {} }), options)).toMatchObject({ failures: [] });
});

test("a ledger that the server refuses as too large is an error that says so", async () => {
  const { proxy, options } = await service();
  const body = { error: "document_too_large", reason: "too large" };
  const isLedger = ({ method, path }: { method: string; path: string }) =>
    method === "PUT" && path.includes("/_local/");
  proxy.faultWhen(isLedger, { status: 413, body }, Number.POSITIVE_INFINITY);
  const folder = await tempFolder({ "001.yaml": first(databaseName("hive")) });
  const ended = await apply(await loadMigrations(folder, { env: {} }), options).catch((error: unknown) => error);
  expect(JSON.stringify(ended)).toContain("ledger-too-large");
});
