import { describe, expect, it } from "vitest";
import type { OlderFiles, Rebuild, StageResult, Status } from "../../src/contract/results.js";
import { abortSummary, abortText } from "../../src/render/abort-text.js";
import { buildFacts } from "../../src/render/outline/builds.js";
import { stageSummary, stageText } from "../../src/render/stage-text.js";
import { statusText } from "../../src/render/status-text.js";
import { plain } from "../../src/render/style.js";
import { abortOf, stageOf, statusOf } from "./results.js";

const index = (database: string) => ({ id: "views", database, designDoc: "brood", name: "brood--staged-1" });
const older: OlderFiles = { by: "version", reason: "a newer version was started or applied", next: "Go back." };
const failure = { id: "views", database: "b", code: "step-failed", message: "the reduce fails", next: "Fix it." };

describe("the summary of a stage", () => {
  it.each<[Partial<StageResult>, string]>([
    [{ result: "staged", staged: [index("a"), index("b")] }, "Staged: 2 indexes ready to switch."],
    [
      { result: "staged", staged: [index("a")], deployed: [index("b")] },
      "Staged: 1 index ready to switch, 1 index deployed meanwhile.",
    ],
    [{}, "Nothing staged: nothing to build ahead."],
    [{ nothingAhead: 3 }, "Nothing staged: nothing to build ahead in 3 databases."],
    [{ result: "failed", staged: [index("a")], failures: [failure] }, "Failed: views; 1 index ready to switch."],
    [{ result: "failed" }, "Failed: nothing is ready to switch."],
    [{ result: "failed", failures: [failure] }, "Failed: views; nothing is ready to switch."],
    [{ result: "incomplete", unfinished: [index("a")] }, "Incomplete: 1 index unfinished."],
    [{ result: "interrupted", unfinished: [index("a")] }, "Interrupted: 1 index unfinished."],
    [
      { result: "older", older, skipped: ["views"] },
      "NOT STAGED: these files are older than what is applied (a newer version was started or applied); 1 step skipped.",
    ],
  ])("%j", (result, text) => {
    expect(stageSummary(stageOf(result))).toBe(text);
  });

  it("is followed by the databases in the order of their names, however they ended", () => {
    const text = stageText(stageOf({ result: "staged", staged: ["b", "c", "a"].map(index) }), plain);
    expect(text).toContain("  ready: _design/brood in a, b, c\n");
  });

  it("is followed by each design document with its databases, and by the failures", () => {
    const databases = Array.from({ length: 12 }, (_, i) => `t${i + 10}`);
    const text = stageText(stageOf({ result: "failed", staged: databases.map(index), failures: [failure] }), plain);
    expect(text.split("\n").slice(1)).toEqual([
      "  ready: _design/brood in t10, t11, t12, t13, t14, t15, t16, t17, t18, t19 and 2 more",
      "  views in b: the reduce fails [step-failed]",
      "    next: Fix it.",
      "",
    ]);
  });
});

describe("what stage --abort prints", () => {
  it("names what was freed in each database", () => {
    const removed = ["a", "b"].map((database) => ({
      ...index(database),
      version: "v1",
      since: "then",
      bytes: 4_100_000,
    }));
    const result = abortOf({ removed });
    expect(abortSummary(result)).toBe("Removed 2 staged indexes (8.2 MB freed).");
    expect(abortText(result, plain)).toContain("  b: _design/brood (4.1 MB freed)\n");
  });

  it.each([
    [[], "Nothing is staged."],
    [[{ ...failure, database: "b" }], "Failed in 1 database."],
  ])("%j", (failures, text) => {
    expect(abortSummary(abortOf({ failures }))).toBe(text);
  });
});

it("a plan says that an index is ready, or how much is left", () => {
  const rebuild = (ready: boolean, pending?: number): Rebuild => {
    const left = pending === undefined ? {} : { pending };
    return {
      database: "a",
      designDoc: "brood",
      views: ["v"],
      documents: 60_000,
      staged: true,
      reuses: "brood--staged-1",
      ...left,
      ahead: { name: "brood--staged-1", since: "then", ...left, ready },
    };
  };
  expect(buildFacts([rebuild(true, 3)])).toEqual(["ready: switches without a build"]);
  expect(buildFacts([rebuild(false, 12_000), rebuild(false, 400)])).toEqual(["staged, 12,400 changes left"]);
  expect(buildFacts([rebuild(false)])).toEqual(["staged, number of changes left unknown"]);
  const catchUp = { wayBack: "catchUp" as const, keptBytes: 12_000_000 };
  expect(buildFacts([{ ...rebuild(true, 3), ...catchUp }])).toEqual([
    "ready: switches without a build",
    "going back reuses the old index (12 MB on disk)",
  ]);
  expect(buildFacts([{ ...rebuild(false, 12_400), wayBack: "build" }])).toEqual([
    "staged, 12,400 changes left",
    "going back builds the old index again",
  ]);
});

it("a plan says in how many databases an index is ready, unfinished or not begun, without what is zero", () => {
  const index = (database: string): Rebuild => ({
    database,
    designDoc: "orders",
    views: ["by-customer"],
    documents: 20_000,
    staged: true,
  });
  const ahead = (database: string, ready: boolean, pending: number): Rebuild => {
    const reuses = "orders--staged-1";
    return { ...index(database), reuses, pending, ahead: { name: reuses, since: "then", pending, ready } };
  };
  const ready = ["a", "b", "c"].map((database) => ahead(database, true, 0));
  const open = ahead("d", false, 9_903);
  const none = ["e", "f"].map(index);
  expect(buildFacts([...ready, open, ...none])).toEqual([
    "ready in 3 databases",
    "9,903 changes left in 1",
    "builds in 2",
  ]);
  expect(buildFacts([open, ...none])).toEqual(["9,903 changes left in 1 database", "builds in 2"]);
  expect(buildFacts(none)).toEqual(["builds by-customer over 40,000 documents, the old index serves"]);
});

it("the history counts the steps that a stage staged", () => {
  const run = {
    startedAt: "2030-01-01T00:00:00.000Z",
    milliseconds: 5,
    holder: "pod-1",
    version: "1.0.0",
    command: "stage" as const,
    applied: [],
    adopted: [],
  };
  const text = statusText(
    statusOf({
      runs: [
        { ...run, result: "staged", staged: ["orders"], failures: [] },
        { ...run, result: "failed", failures: [{ id: "orders", code: "step-failed" }] },
      ],
    }),
    plain,
  );
  expect(text).toContain("  stage: 1 step staged (");
  expect(text).toContain("  stage failed: orders (");
});

it("a staged version that another one replaces is not said to be unwanted", () => {
  const replaced = [{ ...index("tenant-0001"), designDoc: "orders" }];
  const text = stageText(stageOf({ result: "staged", staged: [index("tenant-0001")], replaced }), plain);
  expect(text).toContain("\n  replaced an older staged version of _design/orders in tenant-0001\n");
});

it("the status lists what is staged, and marks what the files do not want", () => {
  const group = { designDoc: "brood", name: "brood--staged-1", version: "v1", since: "then" };
  const staged: Status["staged"] = [
    { ...group, databases: [{ database: "a", pending: 0, ready: true, bytes: 140_000 }] },
    {
      ...group,
      databases: [
        { database: "a", pending: 0, ready: true },
        { database: "b", pending: 12_400, ready: false },
      ],
      remove: "couchdb-migrate stage --abort",
    },
    {
      ...group,
      databases: [
        { database: "c", ready: false },
        { database: "d", pending: 0, ready: true },
      ],
    },
  ];
  const text = statusText(statusOf({ staged }), plain);
  expect(text).toContain("_design/brood in a: ready (140 kB) since then, for version v1");
  expect(text).toContain("_design/brood in a, b: 12,400 changes left in 1 of 2 since then, for version v1");
  expect(text).toContain("_design/brood in c, d: number of changes left unknown in 1 of 2 since then, for version v1");
  expect(text).toContain(
    "these files do not want it; `couchdb-migrate stage --abort` removes everything that is staged",
  );
});
