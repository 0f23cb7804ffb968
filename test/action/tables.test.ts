/** What the action makes of a plan: numbers, annotations, the text of the comment. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Plan, PlannedStep } from "../../src/contract/results.js";
import { commandsIn } from "./harness.js";

const { annotationsOf, command, commandsOf } = await import("../../action/annotations.mjs" as string);
const { commentBody, headed, markerOf } = await import("../../action/comment.mjs" as string);
const { countsOf, failureOf } = await import("../../action/counts.mjs" as string);
const { inputProblems, planArguments, showArguments } = await import("../../action/inputs.mjs" as string);

const step = (action: PlannedStep["action"], more: Partial<PlannedStep> = {}): PlannedStep => ({
  id: `${action}-it`,
  kind: "ensureDatabase",
  checksum: "1:0",
  file: "migrations/001.yaml",
  line: 3,
  state: "pending",
  action,
  target: "database zerglings",
  databases: {},
  changes: [],
  rebuilds: [],
  applies: ["create", "update", "remove"].includes(action),
  notes: [],
  ...more,
});
const planOf = (steps: readonly PlannedStep[], more: Partial<Plan> = {}): Plan => ({
  formatVersion: 1,
  version: "0.1.0",
  plannedAt: "2026-05-01T10:00:00.000Z",
  serverId: null,
  set: "default",
  server: { url: "https://couch.example", version: "3.5.0" },
  changes: steps.filter(({ applies }) => applies).length,
  steps,
  orphaned: [],
  orphans: [],
  warnings: [],
  verify: false,
  allowRevert: false,
  ...more,
});
const build = { database: "zerglings", designDoc: "brood", views: ["all"], documents: 60_000, staged: true };
const files = { code: "release", message: "the release is too low", next: "Raise it." };
const older = { by: "version", reason: "a newer version was applied", next: "Nothing." } as const;

describe("the outputs", () => {
  it.each([
    ["a plan without changes", planOf([step("none"), step("adopt"), step("keep")]), {}],
    [
      "every change",
      planOf([step("create"), step("update"), step("remove")]),
      { creates: 1, updates: 1, removes: 1, changes: 3 },
    ],
    ["drift that stays as it is", planOf([step("update", { state: "drifted", applies: false })]), {}],
    ["a refused step", planOf([step("refused")]), { refused: 1 }],
    ["refused files", planOf([step("remove", { applies: false })], { refused: files }), { refused: 1 }],
    [
      "an index over documents",
      planOf([step("update", { rebuilds: [build] })]),
      { updates: 1, rebuilds: 1, changes: 1 },
    ],
    [
      "an index without documents",
      planOf([step("update", { rebuilds: [{ ...build, documents: 0 }] })]),
      { updates: 1, changes: 1 },
    ],
    [
      "an index that is reused",
      planOf([step("update", { rebuilds: [{ ...build, reuses: "old" }] })]),
      { updates: 1, changes: 1 },
    ],
  ])("of %s", (_, plan, expected) => {
    const none = { creates: 0, updates: 0, removes: 0, refused: 0, rebuilds: 0, changes: 0 };
    expect(countsOf(plan)).toEqual({ ...none, ...expected });
  });
});

describe("the job fails", () => {
  const nothing = planOf([step("none")]);
  const create = planOf([step("create")]);
  const remove = planOf([step("remove")]);
  const refused = planOf([step("remove"), step("refused")]);
  it.each([
    ["never", undefined, 3, true],
    ["never", refused, 1, false],
    ["refused", refused, 1, true],
    ["refused", planOf([], { refused: files }), 1, true],
    ["refused", remove, 2, false],
    ["removals", refused, 1, true],
    ["removals", remove, 2, true],
    ["removals", create, 2, false],
    ["changes", create, 2, true],
    ["changes", planOf([], { older }), 2, true],
    ["changes", nothing, 0, false],
  ] as const)("with fail-on %s, by plan and exit code", (failOn, plan, exitCode, fails) =>
    expect(failureOf(plan, exitCode, failOn) !== undefined).toBe(fails),
  );
});

describe("annotations", () => {
  const shown = (plan: Plan): string[] => commandsOf(annotationsOf(plan));

  it.each([
    ["nothing to see", planOf([step("create"), step("none")]), []],
    [
      "a refusal",
      planOf([step("refused", { notes: ["it exists", "look at it"] })]),
      [
        "::error file=migrations/001.yaml,line=3,title=refused-it%3A refused::database zerglings%0Ait exists%0Alook at it",
      ],
    ],
    [
      "refused files",
      planOf([], { refused: files }),
      ["::error title=Files refused::the release is too low%0ARaise it."],
    ],
    [
      "a removal, with what it deletes",
      planOf([
        step("remove", {
          file: "./a,b:c/1.yaml",
          changes: [{ path: "", before: 9, after: null, text: "deletes 9 documents" }],
        }),
      ]),
      ["::warning file=a%2Cb%3Ac/1.yaml,line=3,title=remove-it%3A removes::database zerglings%0Adeletes 9 documents"],
    ],
    [
      "a build",
      planOf([step("update", { rebuilds: [build] })]),
      [
        "::warning file=migrations/001.yaml,line=3,title=update-it%3A builds an index::_design/brood in zerglings (all): 60,000 documents; the old index serves meanwhile",
      ],
    ],
  ])("for %s", (_, plan, expected) => expect(shown(plan)).toEqual(expected));

  it("are at most 10 of each type, the last of which counts the rest; removals come before builds", () => {
    const many = (one: PlannedStep, number: number) => Array.from({ length: number }, () => one);
    const removals = many(step("remove"), 8);
    const lines = shown(
      planOf([...many(step("update", { rebuilds: [build] }), 7), ...many(step("refused"), 12), ...removals]),
    );
    const of = (type: string) => lines.filter((line) => line.startsWith(`::${type}`));
    expect(of("error")).toHaveLength(10);
    expect(of("error").at(-1)).toMatch(/^::error::3 more/);
    expect(of("warning").map((line) => /removes|builds|\d+ more/.exec(line)?.[0])).toEqual([
      ...many(step("remove"), 8).map(() => "removes"),
      "builds",
      "6 more",
    ]);
  });

  it("are one command each, whatever the texts contain", () => {
    const unit = fc.constantFrom("::", "##[", "]", ":", ",", "%", "%0A", "\n", "\r", "=", " ", "error", "\u2028", "a");
    const text = fc.string({ unit });
    fc.assert(
      fc.property(text, text, text, (id, file, note) => {
        const [line = "", ...others] = shown(planOf([step("refused", { id, file, notes: [note] })]));
        expect(others).toEqual([]);
        expect(commandsIn(line)).toEqual([line]);
        const [, properties = ""] = /^::error (.*?)::/.exec(line) ?? [];
        expect(properties.split(",").map((one) => one.replace(/=.*/, ""))).toEqual(["file", "line", "title"]);
      }),
    );
  });

  it("show no character that hides or reorders text", () =>
    expect(command({ type: "notice", message: "a\u001b[2Kb\u202ec\u2028" })).toBe(
      "::notice::a\uFFFD[2Kb\uFFFDc\uFFFD",
    ));
});

describe("the comment", () => {
  const marker = markerOf({ path: "migrations" });
  const body = (text: string, limit?: number): string =>
    commentBody({ marker, text, commit: "5ca1ab1e", run: "https://github.example/run", ...(limit ? { limit } : {}) });

  it("has another marker for another set, path or name", () => {
    const all = [{}, { set: "b" }, { path: "b" }, { name: "b" }, { set: "b path=b" }].map(markerOf);
    expect(new Set(all).size).toBe(all.length);
  });
  it("can't be closed early by what is in the marker", () =>
    expect(markerOf({ name: "-->\n<b>" })).toBe("<!-- couchdb-migrate plan name=--%3E%0A%3Cb%3E set= path= -->"));
  it("begins with the marker, and says which commit was planned", () => {
    expect(body("plan")).toMatch(/^<!--.*-->\nplan\n/);
    expect(body("plan")).toContain("commit 5ca1ab1e");
  });
  it("shows the name as it is", () => expect(headed("a*b@c", "plan")).toBe("**a&#42;b&#64;c**\n\nplan"));
  it.each([
    ["paragraphs", "one\n\ntwo\n\n", "three"],
    ["a code block", "one\n", "```diff\n+ <details>\n+ b\n```\n"],
    [
      "details",
      "one\n<details>\n<summary>a</summary>\nb\n</details>\n",
      "<details>\n<summary>c</summary>\n\nd\n\n</details>\n",
    ],
    ["a row with details", "| a |\n|---|\n| <details>b</details> |\n", "| <details>c</details> |\n"],
  ])("that is too long is cut outside of %s", (_, kept, cut) => {
    const text = `${kept}${cut}${"x".repeat(500)}`;
    const cuts = Array.from({ length: text.length }, (_, left) => body(text, 200 + left)).filter((one) =>
      one.includes("**The rest is left out**"),
    );
    const plans = new Set(cuts.map((one) => one.slice(marker.length + 1, one.indexOf("\n**The rest"))));
    expect(plans).toContain(kept);
    expect([...plans].filter((one) => one.length > kept.length && one !== kept + cut)).toEqual([]);
  });
  it("is never longer than GitHub takes", () => {
    for (const line of ["x".repeat(100_000), "- a\n".repeat(30_000), "<details>\n".repeat(9_000)]) {
      expect(body(line).length).toBeLessThanOrEqual(65_536);
      expect(body(line)).toMatch(/<sub>.*<\/sub>\n$/);
    }
  });
});

describe("the inputs", () => {
  const good = { INPUT_FAIL_ON: "refused", INPUT_COMMENT: "true", INPUT_DETAILS: "false" };
  it.each([
    [{}, 0],
    [{ INPUT_FAIL_ON: "removal" }, 1],
    [{ INPUT_COMMENT: "yes", INPUT_DETAILS: "" }, 2],
  ])("%j have %i problems", (more, number) => expect(inputProblems({ ...good, ...more })).toHaveLength(number));

  it.each([
    [{}, "plan --format json --out f --detailed-exitcode"],
    [{ INPUT_PATH: "a b", INPUT_SET: "s" }, "plan a b --set s --format json --out f --detailed-exitcode"],
  ])("become arguments of plan: %j", (inputs, expected) => expect(planArguments(inputs, "f").join(" ")).toBe(expected));

  it.each([
    [{ INPUT_DETAILS: "false", INPUT_SET: "s" }, "show p --format markdown --out f"],
    [{ INPUT_DETAILS: "true" }, "show p --format markdown --out f --details"],
  ])("become arguments of show: %j", (inputs, expected) =>
    expect(showArguments(inputs, "p", "f").join(" ")).toBe(expected),
  );
});
