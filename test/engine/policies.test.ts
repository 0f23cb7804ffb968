/** Policies hold in a plan and in apply alike, and a run that one refuses writes nothing. */
import { expect, test } from "vitest";
import { apply, plan } from "../../src/index.js";
import { freshDatabase, removeDatabase } from "../support/databases.js";
import { must, request } from "../support/request.js";
import { server } from "../support/servers.js";
import { filesOf, ownSet } from "./own-set.js";

const indexesOf = (database: string, fields: string) =>
  `- id: indexes\n  ensureIndexes: { database: ${database}, deploy: inPlace, indexes: { a: { index: { fields: [${fields}] } } } }\n`;

test("a removal that a policy refuses is refused even if it is allowed, and nothing is written", async () => {
  const database = await freshDatabase("policy");
  const options = { ...(await ownSet()), allowDestroy: true, policies: { removals: { action: "refuse" } } } as const;
  const files = await filesOf(
    `- id: security\n  ensureSecurity: { database: ${database}, members: { roles: [a] } }\n- id: drop\n  removeDatabase: { name: ${database} }\n`,
  );
  const before = await must(server(), "GET", `/${database}/_security`);

  const planned = await plan(files, options);
  const message = `policy \`removals\`: it removes database ${database}`;
  expect(planned.steps).toMatchObject([{}, { action: "refused", applies: false, notes: [message] }]);
  expect(planned.changes).toBe(1);

  const { result, failures, notReached, requests } = await apply(files, options);
  expect({ result, failures, notReached }).toMatchObject({
    result: "failed",
    failures: [{ id: "drop", code: "policy", message }],
    notReached: ["security"],
  });
  expect(requests.writes).toBe(0);
  expect(await must(server(), "GET", `/${database}/_security`)).toEqual(before);
});

test("a policy that warns does not stop the run, and warns once", async () => {
  const database = await freshDatabase("policy");
  const options = { ...(await ownSet()), allowDestroy: true, policies: { removals: { action: "warn" } } } as const;
  const files = await filesOf(`- id: drop\n  removeDatabase: { name: ${database} }\n`);
  const warning = { code: "policy", id: "drop", message: `policy \`removals\`: it removes database ${database}` };
  expect((await plan(files, options)).warnings).toContainEqual(warning);
  const { result, warnings } = await apply(files, options);
  expect([result, warnings.filter(({ code }) => code === "policy")]).toEqual(["applied", [warning]]);
  expect((await request(server(), "GET", `/${database}`)).status).toBe(404);
});

test("a database without members is refused", async () => {
  const database = await freshDatabase("policy");
  const options = { ...(await ownSet()), policies: { "open-databases": { action: "refuse" } } } as const;
  const open = await filesOf(`- id: security\n  ensureSecurity: { database: ${database}, admins: { roles: [a] } }\n`);
  expect((await plan(open, options)).steps).toMatchObject([{ action: "refused" }]);
  expect(await apply(open, options)).toMatchObject({ result: "failed", failures: [{ code: "policy" }] });
  const closed = await filesOf(
    `- id: security\n  ensureSecurity: { database: ${database}, members: { roles: [a] } }\n`,
  );
  expect(await apply(closed, options)).toMatchObject({ result: "applied" });
});

test("an index that is rebuilt in place over many documents is refused, one over few is not", async () => {
  const database = await freshDatabase("policy");
  await must(server(), "POST", `/${database}/_bulk_docs`, { body: { docs: [{ a: 1 }, { a: 2 }, { a: 3 }] } });
  const set = await ownSet();
  await apply(await filesOf(indexesOf(database, "a")), set);
  const changed = await filesOf(indexesOf(database, "a, b"));
  const with3 = { ...set, policies: { "rebuilds-in-place": { action: "refuse", over: 2 } } } as const;
  expect((await plan(changed, with3)).steps).toMatchObject([{ action: "refused" }]);
  expect(await apply(changed, with3)).toMatchObject({ result: "failed", failures: [{ code: "policy" }] });
  const enough = { ...set, policies: { "rebuilds-in-place": { action: "refuse", over: 3 } } } as const;
  expect(await apply(changed, enough)).toMatchObject({ result: "applied" });
  await removeDatabase(database);
});

test("a run with nothing to do does not ask its policies", async () => {
  const database = await freshDatabase("policy");
  const set = await ownSet();
  const files = await filesOf(`- id: security\n  ensureSecurity: { database: ${database}, admins: { roles: [a] } }\n`);
  await apply(files, set);
  const options = { ...set, policies: { "open-databases": { action: "refuse" } } } as const;
  expect(await apply(files, options)).toMatchObject({ result: "unchanged" });
});
