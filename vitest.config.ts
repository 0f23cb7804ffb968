import { defineConfig } from "vitest/config";
import SlowFirst from "./test/support/slow-first.js";

const results = process.env.TEST_RESULTS;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    setupFiles: ["test/support/derivations.ts"],
    // Tests wait for events. These limits only end a test that hangs, also on a machine that does much else.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // The files share a worker's modules: loading them anew for each file took a third of the processor time.
    isolate: false,
    // What waits for leases and builds on a crowded machine gets a second chance in CI; the tally names it.
    retry: process.env.CI ? 1 : 0,
    sequence: { sequencer: SlowFirst },
    // Many tests wait for something; the servers that they start share two cores.
    maxWorkers: 3,
    // A report for machines besides, where one is asked for (.ci/run).
    ...(results ? { reporters: ["default", "json"], outputFile: { json: results } } : {}),
  },
});
