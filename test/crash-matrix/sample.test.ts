/** Some cases of the crash matrix, one for each kind where a runner has lost its lease; `npm run crash-matrix` runs all of them. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { kinds } from "../../src/steps/index.js";
import { type Benches, openBenches } from "../promises/benches.js";
import { removeFolder } from "../support/temp.js";
import { Matrix } from "./cases.js";
import { kindsLeftOut, prepare } from "./set.js";
import { differences } from "./state.js";
import type { Zombie } from "./zombies.js";

const options = { requestTimeout: 5_000, leaseTtl: 3_000 };

/** The first write of each kind. What sets up the cluster is done before there is a lease. */
const firstWrites: Readonly<Record<string, string>> = {
  ensureAdmin: "PUT /_node/NAME/_config/admins/cerebrate, 1",
  ensureConfig: "PUT /_node/NAME/_config/cm_matrix/evolution, 1",
  ensureDatabase: "PUT /brood, 1",
  ensureSecurity: "PUT /brood/_security, 1",
  ensureDesignDocs: "PUT /brood/_design/creatures, 1",
  ensureIndexes: "POST /brood/_index, 1",
  ensureUser: "PUT /_users/org.couchdb.user%3Akerrigan, 1",
  ensureReplication: "PUT /_replicator/link, 1",
  ensureDocuments: "POST /brood/_bulk_docs, 1",
  transformDocuments: "POST /old/_bulk_docs, 3",
  removeDatabase: "DELETE /doomed, 1",
  removeDesignDocs: "POST /old/_bulk_docs, 2",
  removeIndexes: "DELETE /old/_index/mango-by-owner/json/by-owner, 1",
  removeDocuments: "POST /old/_bulk_docs, 1",
  removeUser: "POST /_users/_bulk_docs, 1",
  removeAdmin: "DELETE /_node/NAME/_config/admins/traitor, 1",
  removeReplication: "POST /_replicator/_bulk_docs, 1",
  removeConfig: "DELETE /_node/NAME/_config/cm_matrix_old/larvae, 1",
};

let benches: Benches;
let matrix: Matrix;

beforeAll(async () => {
  benches = await openBenches(2, prepare);
  await prepare(benches.first.server);
  matrix = await Matrix.open(benches.first, options);
});
afterAll(async () => {
  await benches.close();
  await removeFolder(matrix.folder);
});

it("a kind that is not in the set is named", () => {
  const [first, ...others] = kinds.map(({ name }) => name);
  expect(kindsLeftOut(others)).toEqual([first]);
});

it("a state that differs is told", () => {
  expect(differences(matrix.expected, matrix.expected)).toEqual({});
  expect(differences({ ...matrix.expected, databases: ["brood"] }, matrix.expected)).toHaveProperty("databases");
});

it("a lost answer and a lost request leave what an undisturbed run leaves", async () => {
  const wanted = ["lost after: POST /hive/_view_cleanup, 1", "lost before: taking the lease"];
  const cases = matrix.cases(["lost after", "lost before"]);
  const chosen = cases.filter(({ fault, point }) => wanted.includes(`${fault}: ${point.name}`));
  expect(chosen).toHaveLength(wanted.length);
  const outcomes = await benches.map(chosen, (bench, one) => matrix.outcome(bench, one));
  expect(outcomes).toEqual(wanted.map(() => ({ reached: true, late: false, diverged: {} })));
});

it("a kind whose first write is not told is named", () => {
  const told = [...Object.keys(firstWrites), "ensureCluster"];
  expect(kinds.map(({ name }) => name).filter((name) => !told.includes(name))).toEqual([]);
});

const lost: readonly (readonly [fault: Zombie, writes: readonly string[]])[] = [
  ["zombie cut after", Object.values(firstWrites)],
  ["zombie cut before", ["DELETE /doomed, 1"]],
  ["zombie stopped", ["DELETE /doomed, 1", "PUT /_node/NAME/_config/cm_matrix/evolution, 1"]],
];
it.each(lost)("a runner that has lost its lease (%s) writes nothing", async (fault, writes) => {
  const chosen = matrix.cases([fault]).filter(({ point }) => writes.includes(point.name));
  expect(chosen.map(({ point }) => point.name).sort()).toEqual([...writes].sort());
  const outcomes = await benches.map(chosen, async (bench, one) => ({
    write: one.point.name,
    ...(await matrix.outcome(bench, one)),
  }));
  expect(outcomes).toEqual(
    chosen.map(({ point }) => ({ write: point.name, reached: true, late: false, diverged: {} })),
  );
});
