/** A step that destroys data must be allowed explicitly, in the step or for the run. */
import { expect, test } from "vitest";
import { type ApplyOptions, apply, loadMigrations, plan } from "../../src/index.js";
import { freshDatabase } from "../support/databases.js";
import { request } from "../support/request.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";

test("a step that would delete a database is refused unless the run or the step allows it", async () => {
  const { url, admin } = server();
  const database = await freshDatabase("removal");
  const options: ApplyOptions = {
    connection: { url, username: admin.name, password: admin.password },
    ledgerDatabase: await freshDatabase("ledger"),
  };
  const load = async (more: string) =>
    loadMigrations(await tempFolder({ "001.yaml": `- { id: drop, removeDatabase: { name: ${database}${more} } }\n` }));
  const exists = async () => (await request(server(), "GET", `/${database}`)).status;
  const silent = await load("");
  expect((await plan(silent, options)).steps).toMatchObject([{ action: "refused" }]);
  expect(await apply(silent, options)).toMatchObject({ result: "failed", failures: [{ code: "refused" }] });
  expect(await exists()).toBe(200);
  expect((await plan(silent, { ...options, allowDestroy: true })).steps).toMatchObject([{ action: "remove" }]);
  expect(await apply(await load(", allowDestroy: true"), options)).toMatchObject({ removed: ["drop"] });
  expect(await exists()).toBe(404);
});
