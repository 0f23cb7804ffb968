import { defineConfig } from "vitest/config";

const results = process.env.TEST_RESULTS;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    testTimeout: 60_000,
    // What waits for leases and builds on a crowded machine gets a second chance in CI; the report names it.
    retry: process.env.CI ? 1 : 0,
    hookTimeout: 120_000,
    // Many tests wait for something; the servers that they start share two cores.
    maxWorkers: 3,
    // A report for machines besides, where one is asked for (.ci/run).
    ...(results ? { reporters: ["default", "json"], outputFile: { json: results } } : {}),
  },
});
