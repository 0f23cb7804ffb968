/** Steps are examined database by database, because CouchDB keeps a limited number of databases open. */
import { expect, test } from "vitest";
import { databaseByDatabase } from "../../src/engine/examine.js";

test("all steps of a database are examined before the next database", async () => {
  const begun: string[] = [];
  const places = [
    { id: "security", database: "hive-2" },
    { id: "security", database: "hive-1" },
    { id: "users" },
    { id: "views", database: "hive-1" },
    { id: "views", database: "hive-2" },
  ];
  const run = { concurrency: 1, signal: new AbortController().signal };
  const found = await databaseByDatabase(run, places, async ({ id, database }) => {
    begun.push(`${id} ${database}`);
    await new Promise(setImmediate);
    return database;
  });
  expect(begun).toEqual(["users undefined", "security hive-1", "views hive-1", "security hive-2", "views hive-2"]);
  expect(found).toEqual([undefined, "hive-1", "hive-1", "hive-2", "hive-2"]);
});
