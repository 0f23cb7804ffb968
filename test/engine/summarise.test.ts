/** The result of a run, derived only from its outcomes. */
import { describe, expect, it } from "vitest";
import { MigrateError } from "../../src/contract/errors.js";
import type { ApplyResult, StepState } from "../../src/contract/results.js";
import { exitCodeOf } from "../../src/engine/exit-code.js";
import type { Assessed, Outcome } from "../../src/engine/outcome.js";
import { endingOf, isDone, latestWork, summarise } from "../../src/engine/summarise.js";

/** Step ids with their states: `a` is pending, `A` applied, `!A` applied, but drifted, so that it is applied again. */
function assessed(...steps: readonly string[]): Assessed {
  const states = steps.map((step): [string, StepState] => [step, /[A-Z]/.test(step) ? "applied" : "pending"]);
  return {
    decisions: states.map(([step, state]) => ({ step: { id: step.replace("!", "").toLowerCase() }, state })),
    due: new Set(steps.filter((step) => !/^[A-Z]$/.test(step)).map((step) => step.replace("!", "").toLowerCase())),
    warnings: [],
    files: {},
  };
}

const none = { ...assessed("A", "B"), due: new Set<string>() };
const older: Assessed = {
  ...assessed("a", "b"),
  decisions: ["a", "b"].map((id) => ({ step: { id }, state: "older" })),
  due: new Set(),
  files: { older: { by: "version", reason: "a newer one was applied", next: "Go on." } },
};
const warned = (message: string): Outcome => ({ is: "warned", warning: { code: "step", message } });
const begun = (assessment: Assessed): Outcome => ({ is: "begun", assessment });
const again = (assessment: Assessed): Outcome => ({ is: "assessed", assessment });
const is = (
  id: string,
  what: "applied" | "adopted" | "unmatched" | "unfinished" | "not-reached" | "wrote",
): Outcome => ({
  is: what,
  id,
});
const failed = (id: string): Outcome => ({
  is: "failed",
  failure: { id, database: null, code: "step-failed", message: "it failed", next: "Look." },
});
const stopped = (code: "incomplete" | "interrupted" | "lease-lost"): Outcome => ({
  is: "stopped",
  error: new MigrateError(code, { message: "it is over" }),
});
const broken: Outcome = { is: "broken", error: new MigrateError("disk-full", { message: "the ledger was refused" }) };
const part = (step: string | null, open: readonly number[] | null, done = false): Outcome => ({
  is: "part",
  step,
  open,
  begun: done,
});

function resultOf(outcomes: readonly Outcome[], ids = "abc", asked?: { number: number; of: number }): ApplyResult {
  const steps = [...ids].map((id) => ({ id, kind: id === "c" ? "removeDatabase" : "ensureDatabase" }));
  return summarise({ set: "s", steps, part: asked }, outcomes, {
    requests: { reads: 1, writes: 0 },
    milliseconds: 1.6,
  });
}

const ab = assessed("a", "b");

describe("a run", () => {
  it.each<[string, Outcome[], Partial<ApplyResult>]>([
    ["with nothing to do", [begun(assessed("A", "B"))], { result: "unchanged", unchanged: ["a", "b"] }],
    [
      "that applies",
      [begun(ab), is("a", "applied"), is("b", "adopted")],
      { result: "applied", applied: ["a"], adopted: ["b"] },
    ],
    [
      "that only adopts",
      [begun(ab), is("a", "adopted"), is("b", "unmatched")],
      { result: "unchanged", unmatched: ["b"] },
    ],
    [
      "that removes something",
      [begun(assessed("a", "c")), is("a", "applied"), is("c", "applied")],
      { applied: ["a", "c"], removed: ["c"] },
    ],
    ["that repairs drift", [begun(assessed("!A", "B")), is("a", "applied")], { applied: ["a"], unchanged: ["b"] }],
    ["that fails", [begun(ab), failed("a"), is("b", "not-reached")], { result: "failed", notReached: ["b"] }],
    [
      "whose database is gone in the end",
      [begun(ab), is("a", "applied"), failed("a")],
      { result: "failed", applied: [] },
    ],
    [
      "out of time",
      [begun(ab), is("a", "unfinished"), stopped("incomplete")],
      { result: "incomplete", unfinished: ["a"] },
    ],
    [
      "interrupted, and failed",
      [begun(ab), failed("a"), is("b", "unfinished")],
      { result: "failed", unfinished: ["b"] },
    ],
    ["interrupted", [begun(ab), is("a", "applied"), stopped("interrupted")], { result: "interrupted", applied: ["a"] }],
    [
      "that could not write the ledger",
      [begun(ab), is("a", "applied"), broken],
      { result: "failed", applied: ["a"], failures: [] },
    ],
    ["with older files", [begun(older)], { result: "older", skipped: ["a", "b"], older: older.files.older as never }],
    [
      "that was slower than another one",
      [begun(ab), again(assessed("A", "B"))],
      { result: "unchanged", unchanged: ["a", "b"] },
    ],
    [
      "whose files another run made older",
      [begun(ab), again(older)],
      { result: "older", skipped: ["a", "b"], unchanged: [] },
    ],
  ])("%s", (_, outcomes, expected) => {
    expect(resultOf(outcomes)).toMatchObject(expected);
  });
});

describe("a run that lost its lease and started again", () => {
  it.each<[string, Outcome[], Partial<ApplyResult>]>([
    [
      "counts what it wrote, although it was recorded before",
      [begun(ab), is("a", "applied"), stopped("lease-lost"), again(assessed("A", "b")), is("b", "adopted")],
      { result: "applied", applied: ["a"], adopted: ["b"], unchanged: [] },
    ],
    [
      "does not count it twice",
      [begun(ab), is("a", "applied"), stopped("lease-lost"), again(ab), is("a", "applied")],
      { applied: ["a"] },
    ],
    [
      "forgets earlier failures",
      [begun(ab), failed("a"), broken, again(ab), is("a", "applied"), is("b", "applied")],
      { result: "applied", failures: [] },
    ],
    [
      "forgets adopted steps, which are recorded",
      [begun(ab), is("a", "adopted"), stopped("lease-lost"), again(assessed("A", "b"))],
      { adopted: [], unchanged: ["a"] },
    ],
    [
      "forgets earlier warnings",
      [begun(ab), warned("before"), again(ab), warned("after")],
      { warnings: [{ code: "step", message: "after" }] },
    ],
    [
      "counts a step once that already wrote before the lease was lost",
      [begun(ab), is("a", "wrote"), again(ab), is("a", "applied")],
      { applied: ["a"] },
    ],
    [
      "ends if the lease is lost once more",
      [begun(ab), stopped("lease-lost"), again(ab), stopped("lease-lost")],
      { result: "failed" },
    ],
  ])("%s", (_, outcomes, expected) => {
    expect(resultOf(outcomes)).toMatchObject(expected);
  });
});

describe("a part", () => {
  const all = assessed("a", "b", "c");
  const one = { number: 1, of: 2 };
  it.each<[string, Outcome[], Partial<ApplyResult>]>([
    [
      "that is done",
      [begun(all), part("b", null), begun(assessed("a")), is("a", "applied"), begun(none), part("b", [2], true)],
      { result: "applied", applied: ["a"], part: { step: "b", ...one, open: [2], left: ["c"] } },
    ],
    [
      "that has nothing left to do",
      [begun(all), part("b", null), begun(none), part("b", [2])],
      { result: "unchanged", part: { step: "b", ...one, open: [2], left: ["c"] } },
    ],
    [
      "that is the last one",
      [begun(all), part("b", null), begun(none), part("b", [], true), begun(assessed("b")), is("b", "applied")],
      { applied: ["b"], part: { step: "b", ...one, open: [], left: ["c"] } },
    ],
    [
      "that is cut short",
      [begun(all), part("b", null), begun(none), is("b", "unfinished"), stopped("incomplete")],
      { result: "incomplete", unfinished: ["b"], part: { step: "b", ...one, open: null, left: ["c"] } },
    ],
    [
      "of a step that does not exist",
      [begun(all), part(null, null)],
      { result: "unchanged", part: { step: null, ...one, open: null, left: ["a", "b", "c"] } },
    ],
    ["whose files became older", [begun(all), part("b", null), begun(older)], { result: "older", skipped: ["a", "b"] }],
  ])("%s", (_, outcomes, expected) => {
    expect(resultOf(outcomes, "abc", one)).toMatchObject(expected);
  });
});

it("gives the result of the last piece of work, and what ended the run", () => {
  const outcomes = [begun(ab), failed("a"), begun(none)];
  expect(isDone(latestWork(outcomes))).toBe(true);
  expect(endingOf(outcomes)).toBeUndefined();
  expect(endingOf([...outcomes, stopped("interrupted")])?.code).toBe("interrupted");
});

describe("the exit code", () => {
  const of = (...codes: readonly string[]) =>
    codes.map((code) => ({ id: "a", database: null, code, message: "", next: "" }));
  it.each<[string, Parameters<typeof exitCodeOf>, number]>([
    ["without a failure", [{ failures: [] }, false], 0],
    ["with a failed step", [{ failures: of("step-failed") }, false], 1],
    ["with failures of one class", [{ failures: of("unauthorized", "missing-permission") }, true], 4],
    ["with failures of several classes", [{ failures: of("unauthorized", "lease-held") }, false], 1],
    ["with a failure of an unknown code", [{ failures: of("toString") }, false], 1],
    ["with older files", [{ failures: [], ...older.files }, false], 0],
    ["with older files, in detail", [{ failures: [], ...older.files }, true], 2],
  ])("%s", (_, given, code) => {
    expect(exitCodeOf(...given)).toBe(code);
  });
});
