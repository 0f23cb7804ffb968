import { describe, expect, test } from "vitest";
import {
  type DecideOptions,
  type Decision,
  decide as decideAt,
  orphans,
  type PlacedStep,
  type Seen,
} from "../../src/engine/decide.js";
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

function decide(
  steps: readonly PlacedStep[],
  known: Ledger | undefined,
  seen: Seen,
  options: Partial<DecideOptions> = {},
): Decision[] {
  return decideAt(steps, known, seen, {
    place: { database: "couchdb-migrate", set: "default", own: true },
    ...options,
  });
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
      "a former checksum in files that are not older",
      placed("s", "1:a"),
      ledger({ s: { checksum: "1:b", former: ["1:a"] } }),
      nothing,
      "changed",
      "changed since",
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
      "recreated",
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
      "a step called constructor seemed to be in every ledger",
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

  test("only the recreated database of several is pending", () => {
    const known = ledger({ s: { databases: { a: "1", b: "2" } } });
    const decision = one(decide([placed("s", "1:a", ["a", "b"])], known, at({ a: "1", b: "3" })));
    expect([...decision.databases.keys()]).toEqual(["b"]);
  });

  test("older files do nothing, whatever their steps and the databases are", () => {
    const steps = [placed("s", "1:a", ["d"]), placed("new", "1:n"), placed("once", "1:x", [], true)];
    const known = ledger({ s: { databases: { d: "7" } }, once: {} });
    const decisions = decide(steps, known, at({ d: "8" }), { older: true });
    expect(
      decisions.map(({ step, state, databases, refusal, notes }) => [
        step.id,
        state,
        databases.size,
        refusal,
        notes.join(),
      ]),
    ).toEqual([
      ["s", "older", 0, undefined, ""],
      ["new", "older", 0, undefined, "not in the ledger"],
      ["once", "older", 0, undefined, "differs from what is applied"],
    ]);
  });

  describe("refuses", () => {
    const shared = { place: { database: "own", set: "hatchery", own: false } };
    const moved = placed("s", "1:b", ["drones"]);
    const recorded = ledger({ s: { databases: { zerglings: "7" } } });
    const serverWide = (claims: string[]) => ({ ...placed("s", "1:b"), claims });

    test("an id that was applied to another database that still exists, and names every solution", () => {
      const { refusal, state } = one(decide([moved], recorded, at({ zerglings: "7", drones: "8" }), shared));
      expect(state).toBe("changed");
      expect(refusal?.code).toBe("id-reused");
      for (const text of ["drones", "zerglings", "hatchery"]) expect(refusal?.message).toContain(text);
      for (const text of ["--set", "a new id"]) expect(refusal?.next).toContain(text);
      expect(refusal?.next).toContain("`couchdb-migrate ledger forget s --set hatchery --ledger-database own`");
    });

    test.each([
      ["no id whose previous database is gone", moved, recorded, at({ drones: "8" })],
      [
        "no id that still names a recorded database",
        placed("s", "1:b", ["drones", "zerglings"]),
        recorded,
        at({ zerglings: "7", drones: "8" }),
      ],
      ["no server-wide step", serverWide(["admin/overmind"]), recorded, at({ zerglings: "7" })],
      ["no step without a recorded database", moved, ledger({ s: {} }), at({ drones: "8" })],
    ])("%s", (_, step, known, seen) => {
      expect(one(decide([step], known, seen, shared)).refusal).toBeUndefined();
    });

    test("no server-wide step with another object, but notes that the old one stays", () => {
      const known = ledger({ s: { claims: ["admin/overmind"] } });
      const notes = (claims: string[]) => one(decide([serverWide(claims)], known, nothing, shared)).notes.join("; ");
      expect(notes(["admin/kerrigan"])).toMatch(/admin\/overmind.*--set/);
      expect(notes(["admin/overmind", "admin/kerrigan"])).not.toContain("--set");
    });

    test("a new one-time step that was applied under an id that is no longer in the files", () => {
      const { refusal } = one(decide([placed("b", "1:a", [], true)], ledger({ a: {} }), nothing, shared));
      expect(refusal?.code).toBe("renamed-step");
      expect(refusal?.next).toContain("`formerly: [a]`");
      expect(refusal?.next).toContain("`couchdb-migrate ledger forget a --set hatchery --ledger-database own`");
    });

    test.each([
      ["a step that is not one-time", [placed("b", "1:a")], ledger({ a: {} })],
      ["a step of another kind", [placed("b", "1:a", [], true)], ledger({ a: { kind: "other" } })],
      ["a step that does something else", [placed("b", "1:b", [], true)], ledger({ a: {} })],
      [
        "a second step alongside the first",
        [placed("a", "1:a", [], true), placed("b", "1:a", [], true)],
        ledger({ a: {} }),
      ],
    ])("not %s", (_, steps, known) => {
      expect(decide(steps, known, nothing, shared).every(({ refusal }) => refusal === undefined)).toBe(true);
    });

    test("a step that was applied under both of its ids", () => {
      const ambiguous = new Map([["b", "a"]]);
      const { refusal } = one(
        decide([placed("b", "1:a")], ledger({ a: {}, b: {} }), nothing, { ...shared, ambiguous }),
      );
      expect(refusal).toMatchObject({
        code: "renamed-step",
        next: expect.stringContaining("ledger forget a --set hatchery"),
      });
    });
  });

  test("a changed one-time step is refused, and the solution is named", () => {
    const place = { database: "own", set: "hatchery", own: false };
    const options = { place, path: "the files" };
    const { refusal, notes } = one(decide([placed("s", "1:b", [], true)], ledger({ s: {} }), nothing, options));
    const command = "`couchdb-migrate ledger accept s 'the files' --set hatchery --ledger-database own`";
    expect(refusal?.next).toContain(command);
    expect(notes.join()).toContain(command);
  });

  test("a step before applied ones is noted; one after them is not", () => {
    const decisions = decide(
      [placed("new", "1:n"), placed("s", "1:a"), placed("last", "1:l")],
      ledger({ s: {} }),
      nothing,
    );
    expect(decisions.map(({ notes }) => notes.join())).toEqual([
      "later steps in the files are already applied",
      "",
      "",
    ]);
  });

  test("a step whose secret may differ counts as changed", () => {
    const decision = one(
      decide([placed("s", "1:a")], ledger({ s: {} }), { ...nothing, secretsChanged: new Set(["s"]) }),
    );
    expect(decision.state).toBe("changed");
  });

  test("a step in the ledger but not in the files is orphaned", () => {
    expect(orphans([placed("s", "1:a")], ledger({ gone: {}, s: {} }))).toEqual(["gone"]);
  });
});
