/** IBM Cloudant, and gateways that block the paths of nodes: everything works but the steps that need nodes. */
import { describe, expect, test } from "vitest";
import { apply, doctor, importServer, loadMigrations, plan, status } from "../../src/index.js";
import { failure } from "../couch/support/failure.js";
import { ofManagers, refusals } from "../support/cloudant.js";
import { databaseName, uniqueName } from "../support/databases.js";
import { server } from "../support/servers.js";
import { tempFolder } from "../support/temp.js";
import { service } from "./service.js";

/** Enough databases for the server to be asked for all of them together. */
function plainSteps(database: string): string {
  const databases = [1, 2, 3, 4, 5].map((number) => `${database}-${number}`);
  for (const name of databases) databaseName("", server(), name);
  const made = databases.map((name, i) => `- id: made-${i}\n  ensureDatabase: { name: ${name}, n: 1 }\n`);
  const list = `[${databases.join(", ")}]`;
  return `${made.join("")}- id: views
  ensureDesignDocs:
    database: ${list}
    docs: { brood: { views: { legs: { map: "function (doc) { emit(doc.legs, 1); }" } } } }
- id: index
  ensureIndexes: { database: ${list}, indexes: { age: { index: { fields: [age] } } } }
- id: docs
  ensureDocuments: { database: ${list}, docs: [{ _id: larva, legs: 6 }] }
- id: members
  ensureSecurity: { database: ${list}, members: { names: [], roles: [drone] } }
- id: legs
  transformDocuments: { database: ${list}, set: { /legs: 8 } }
`;
}

const withNodes = `- id: admin
  ensureAdmin: { name: cm-test-nobody, password: "secret-of-nobody" }
- id: level
  ensureConfig: { log: { level: warning } }
`;

const filesOf = (steps: string) => tempFolder({ "001.yaml": steps });
const load = async (steps: string) => loadMigrations(await filesOf(steps), { env: {} });

describe.each([
  ["Cloudant", true],
  ["a gateway in front of CouchDB", false],
])("%s", (_service, vendor) => {
  describe.each(refusals)("refuses with %s", (_, refusal) => {
    test("a set without such steps is planned, applied, verified and imported", async () => {
      const { options } = await service({ refusal, also: ofManagers, vendor });
      const database = uniqueName("hive");
      const steps = plainSteps(database);
      const files = await load(steps);
      expect((await plan(files, options)).steps.map(({ action }) => action)).not.toContain("refused");
      expect(await apply(files, { ...options, rate: "auto" })).toMatchObject({ result: "applied", failures: [] });
      expect(await apply(files, { ...options, verify: true })).toMatchObject({ applied: [], failures: [] });
      expect(await apply(files, options)).toMatchObject({ applied: [] });
      expect((await status(files, options)).steps.map(({ state }) => state)).toEqual(files.steps.map(() => "applied"));
      const out = await tempFolder({});
      await importServer({ ...options, out, force: true, database: `${database}*` });
      const diagnosis = await doctor({ ...options, path: await filesOf(steps), env: {} });
      expect(diagnosis.checks.filter((check) => check.status === "problem")).toEqual([]);
    });

    test("a set with such steps ends with one sentence before anything is written", async () => {
      const { proxy, options } = await service({ refusal, vendor });
      const steps = plainSteps(uniqueName("hive")) + withNodes;
      const files = await load(steps);
      const expected = {
        code: "nodes-closed",
        message: expect.stringMatching(/gives no access to nodes .*, so the steps admin, level can't work there$/),
      };
      const errors = [await failure(plan(files, options)), await failure(apply(files, options))];
      for (const error of errors) expect(error).toMatchObject(expected);
      const diagnosis = await doctor({ ...options, path: await filesOf(steps), env: {} });
      expect(diagnosis.checks.find(({ name }) => name === "nodes")).toMatchObject({
        status: "problem",
        code: "nodes-closed",
      });
      expect(proxy.writes()).toEqual([]);
    });
  });
});
