import { describe, expect, test } from "vitest";
import { type Decision, decide, orphans, type PlacedStep } from "../../src/engine/decide.js";
import type { Entry, Ledger } from "../../src/ledger/ledger.js";

function placed(id: string, checksum: string, databases: string[] = [], oneTime = false): PlacedStep {
  const position = { file: "001.yaml", line: 1, column: 3 };
  const step = {
    id,
    kind: "k",
    desired: {},
    shown: {},
    secrets: new Map(),
    spoken: [],
    checksum,
    allowDestroy: false,
    position,
  };
  return { step, databases, oneTime };
}

function ledger(entries: Record<string, Partial<Entry>>): Ledger {
  const whole = Object.entries(entries).map(([id, entry]) => [
    id,
    { kind: "k", checksum: "1:a", former: [], appliedAt: "", milliseconds: 1, version: "0", databases: {}, ...entry },
  ]);
  return { formatVersion: 1, set: "default", entries: Object.fromEntries(whole) };
}

const nothing = { incarnations: new Map<string, string | undefined>(), secretsChanged: new Set<string>() };
const at = (incarnations: Record<string, string | undefined>) => ({
  ...nothing,
  incarnations: new Map(Object.entries(incarnations)),
});
const one = (decisions: Decision[]) => {
  const [first] = decisions;
  if (!first) throw new Error("no decision");
  return first;
};

describe("decide", () => {
  const cases: readonly (readonly [
    string,
    PlacedStep,
    Ledger | undefined,
    typeof nothing,
    Decision["state"],
    string,
  ])[] = [
    ["no ledger at all", placed("s", "1:a"), undefined, nothing, "pending", ""],
    ["not in the ledger", placed("s", "1:a"), ledger({}), nothing, "pending", ""],
    ["same checksum", placed("s", "1:a"), ledger({ s: {} }), nothing, "applied", ""],
    ["other checksum", placed("s", "1:b"), ledger({ s: {} }), nothing, "changed", "changed since"],
    ["other kind", placed("s", "1:a"), ledger({ s: { kind: "other" } }), nothing, "changed", "changed since"],
    [
      "a former checksum",
      placed("s", "1:a"),
      ledger({ s: { checksum: "1:b", former: ["1:a"] } }),
      nothing,
      "superseded",
      "--allow-revert",
    ],
    [
      "same incarnation",
      placed("s", "1:a", ["d"]),
      ledger({ s: { databases: { d: "7" } } }),
      at({ d: "7" }),
      "applied",
      "",
    ],
    [
      "recreated database",
      placed("s", "1:a", ["d"]),
      ledger({ s: { databases: { d: "7" } } }),
      at({ d: "8" }),
      "pending",
      "made anew",
    ],
    [
      "deleted database",
      placed("s", "1:a", ["d"]),
      ledger({ s: { databases: { d: "7" } } }),
      at({ d: undefined }),
      "pending",
      "gone",
    ],
    [
      "a database that its pattern newly matches",
      placed("s", "1:a", ["d", "e"]),
      ledger({ s: { databases: { d: "7" } } }),
      at({ d: "7", e: "9" }),
      "pending",
      "e: not applied",
    ],
    [
      "incarnations unknown before 3.3",
      placed("s", "1:a", ["d"]),
      ledger({ s: { databases: { d: "0" } } }),
      at({ d: "0" }),
      "applied",
      "",
    ],
    [
      "upgraded from before 3.3",
      placed("s", "1:a", ["d"]),
      ledger({ s: { databases: { d: "0" } } }),
      at({ d: "8" }),
      "applied",
      "",
    ],
    ["one-time step, applied", placed("s", "1:a", [], true), ledger({ s: {} }), nothing, "applied", ""],
    [
      "a step called constructor is not in every ledger",
      placed("constructor", "1:a"),
      ledger({}),
      nothing,
      "pending",
      "",
    ],
  ];
  test.each(cases)("%s", (_, step, known, seen, state, note) => {
    const decision = one(decide([step], known, seen));
    expect(decision.state).toBe(state);
    expect(decision.notes.join("; ")).toContain(note);
    if (note === "") expect(decision.notes).toEqual([]);
  });

  test("only the recreated database of several is due", () => {
    const known = ledger({ s: { databases: { a: "1", b: "2" } } });
    const decision = one(decide([placed("s", "1:a", ["a", "b"])], known, at({ a: "1", b: "3" })));
    expect([...decision.databases.keys()]).toEqual(["b"]);
  });

  test("a superseded step is changed where going back is allowed", () => {
    const known = ledger({ s: { checksum: "1:b", former: ["1:a"] } });
    expect(one(decide([placed("s", "1:a")], known, nothing, { allowRevert: true })).state).toBe("changed");
  });

  test("a superseded step is left alone even where its database was made anew", () => {
    const known = ledger({ s: { checksum: "1:b", former: ["1:a"], databases: { d: "7" } } });
    expect(one(decide([placed("s", "1:a", ["d"])], known, at({ d: "8" }))).state).toBe("superseded");
  });

  test("a changed one-time step is refused, and the way out is named", () => {
    const decision = one(decide([placed("s", "1:b", [], true)], ledger({ s: {} }), nothing));
    expect(decision.refusal).toContain("ledger accept s");
  });

  test("a step before applied ones is said to be inserted; one after them is not", () => {
    const decisions = decide(
      [placed("new", "1:n"), placed("s", "1:a"), placed("last", "1:l")],
      ledger({ s: {} }),
      nothing,
    );
    expect(decisions.map(({ notes }) => notes.join())).toEqual([expect.stringContaining("inserted"), "", ""]);
  });

  test("a step whose secret may differ is changed", () => {
    const decision = one(
      decide([placed("s", "1:a")], ledger({ s: {} }), { ...nothing, secretsChanged: new Set(["s"]) }),
    );
    expect(decision.state).toBe("changed");
  });

  test("orphaned: in the ledger, not in the files", () => {
    expect(orphans([placed("s", "1:a")], ledger({ gone: {}, s: {} }))).toEqual(["gone"]);
  });
});
