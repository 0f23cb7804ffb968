/** What fits into the memory of the image. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { databasesOf, writeMigrations } from "../../bench/fixtures.js";
import { root, runCli } from "../support/cli.js";
import { tempFolder } from "../support/temp.js";

const [, NODE_OPTIONS = ""] = /NODE_OPTIONS="([^"]*)"/.exec(readFileSync(join(root, "Dockerfile"), "utf8")) ?? [];

test("3,000 steps", async () => {
  const folder = join(await tempFolder(), "migrations");
  await writeMigrations(folder, databasesOf({ prefix: "swarm", databases: 100, stepsEach: 30 }));
  const { code, stdout, stderr } = await runCli(["validate", folder], { env: { NODE_OPTIONS } });
  expect(code, stderr).toBe(0);
  expect(stdout).toContain("3,000 steps");
});
