/**
 * Some cases of the crash matrix, and for each way to write one with a runner that has lost its lease;
 * `npm run crash-matrix` runs all of them.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { kinds } from "../../src/kinds/index.js";
import { type Benches, openBenches } from "../promises/benches.js";
import { removeFolder } from "../support/temp.js";
import { Matrix } from "./cases.js";
import { kindsLeftOut, prepare } from "./set.js";
import { differences } from "./state.js";
import type { Zombie } from "./zombies.js";

const options = { requestTimeout: 5_000, leaseTtl: 3_000 };

/** By kind, its first write. Other kinds write to the same endpoints. */
const firstWrites: Readonly<Record<string, string>> = {
  ensureConfig: "PUT /_node/NAME/_config/cm_matrix/evolution",
  ensureDesignDocs: "PUT /brood/_design/creatures",
  ensureIndexes: "POST /brood/_index",
  ensureReplication: "PUT /_replicator/link",
  ensureDocuments: "POST /brood/_bulk_docs",
  transformDocuments: "POST /old/_bulk_docs",
  removeIndexes: "DELETE /old/_index/mango-by-owner/json/by-owner",
};

let benches: Benches;
let matrix: Matrix;

beforeAll(async () => {
  benches = await openBenches(3, prepare);
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

it("a different state is reported", () => {
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

it("a runner that is cut off from CouchDB at any sort of write writes nothing once another runner has its lease", async () => {
  const outcomes = await benches.map(Object.entries(firstWrites), async (bench, [kind, write]) => {
    return [kind, await matrix.zombieOfKind(bench, kind, write, "zombie cut after")];
  });
  expect(outcomes).toEqual(Object.keys(firstWrites).map((kind) => [kind, { reached: true, diverged: {} }]));
});

it.each<[Zombie, string]>([
  ["zombie cut before", "DELETE /doomed, 1"],
  ["zombie stopped", "DELETE /doomed, 1"],
])("a runner that has lost its lease writes nothing: %s at %s", async (fault, write) => {
  const chosen = matrix.cases([fault]).filter(({ point }) => point.name === write);
  const outcomes = await benches.map(chosen, (bench, one) => matrix.outcome(bench, one));
  expect(outcomes).toEqual([{ reached: true, late: false, diverged: {} }]);
});
