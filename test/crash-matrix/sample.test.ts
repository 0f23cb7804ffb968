/** A few cases of the crash matrix; `npm run crash-matrix` runs all of them. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { kinds } from "../../src/steps/index.js";
import { type Benches, openBenches } from "../promises/benches.js";
import { removeFolder } from "../support/temp.js";
import { Matrix } from "./cases.js";
import { kindsLeftOut, prepare } from "./set.js";
import { differences } from "./state.js";

let benches: Benches;
let matrix: Matrix;

beforeAll(async () => {
  benches = await openBenches(2, prepare);
  await prepare(benches.first.server);
  matrix = await Matrix.open(benches.first, { requestTimeout: 5_000, leaseTtl: 5_000 });
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
