/** The tests of the demo and of the examples pass, in the embedded server and on the server of the test suite. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { runTests } from "../../src/index.js";
import { root } from "../support/cli.js";
import { server } from "../support/servers.js";

const { url, admin } = server();
const connection = { url, username: admin.name, password: admin.password };

it.each([
  "migrations",
  "examples/application/migrations",
  "examples/tenants/migrations",
  "examples/database-per-user/migrations",
])("%s", async (folder) => {
  for (const options of [{}, { connection }]) {
    const { files, failed, notCovered } = await runTests(join(root, folder), { ...options, env: {} });
    const failures = files.flatMap(({ tests }) => tests.flatMap((test) => test.failures));
    expect({ failures, failed, notCovered }).toEqual({ failures: [], failed: 0, notCovered: [] });
    expect(files.length).toBeGreaterThan(0);
  }
});
