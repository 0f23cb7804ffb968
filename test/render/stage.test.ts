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
  expect(buildFacts([rebuild(true, 3), rebuild(false, 12_000), rebuild(false, 400)])).toEqual([
    "ready: switches without a build",
    "staged, 12,400 changes left",
  ]);
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
