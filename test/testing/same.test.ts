/** The files in `same/` have the same results in the embedded server and in CouchDB, and all of their tests pass. */
import { join } from "node:path";
import { expect, it } from "vitest";
import type { TestResults } from "../../src/contract/test-results.js";
import { type RunTestsOptions, runTests } from "../../src/index.js";
import { root } from "../support/cli.js";
import { server } from "../support/servers.js";

const run = (options: RunTestsOptions = {}) => runTests(join(root, "test/testing/same"), { ...options, env: {} });
const { url, admin } = server();
const connection = { url, username: admin.name, password: admin.password };

/** Without what is different in each run. */
const outcomes = ({ files, notCovered }: TestResults) => ({
  tests: files.flatMap(({ tests }) => tests.map(({ name, failures }) => ({ name, failures }))),
  notCovered: notCovered.map(({ designDoc, view }) => `${designDoc}/${view}`),
});

it("all tests pass in both, and the same views have no rows", async () => {
  const [embedded, real] = [outcomes(await run()), outcomes(await run({ connection }))];
  expect(embedded.tests.filter(({ failures }) => failures.length > 0)).toEqual([]);
  expect(real).toEqual(embedded);
  expect(embedded.notCovered).toEqual(["keys/fragile", "keys/never"]);
  expect(embedded.tests.length).toBeGreaterThan(100);
});
