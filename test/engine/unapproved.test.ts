/** What an approved plan does not contain, and what tampering with the file comes to. Pure. */
import { describe, expect, it } from "vitest";
import type { Approval, Plan, PlannedStep } from "../../src/contract/results.js";
import { approvalsOf, foundOf, writtenIn } from "../../src/engine/approval/approvals.js";
import { approvedBy, unapproved } from "../../src/engine/approval/approved.js";
import { digestsOf } from "../../src/engine/approval/digest.js";
import { assertSameServer, assertSameSet, digestOfPlan } from "../../src/engine/approval/same-server.js";
import { optionWarnings } from "../../src/engine/approval/warn-of-options.js";
import { planOf, stepOf } from "../render/results.js";

const [map] = digestsOf([{ path: "/docs/a/views/b/map", before: "old" }]) as [string];
const [other] = digestsOf([{ path: "/docs/a/views/b/map", before: "changed by hand" }]) as [string];
const [fresh] = digestsOf([{ path: "/docs/new", before: null }]) as [string];

const views: Approval = { action: "update", databases: ["zerg"], former: [map, fresh] };
const drop: Approval = { action: "remove", databases: ["old"], former: [map], documents: 100 };
const seed: Approval = { action: "update", databases: ["zerg"], former: "any", documents: 40 };
const admin: Approval = { action: "create", former: [fresh] };

const step = (id: string, ...approvals: readonly Approval[]): PlannedStep => stepOf(id, { approvals });
const planned = [
  step("views", views),
  step("drop", drop),
  step("seed", seed),
  step("admin", admin),
  stepOf("done"),
  stepOf("refused", { action: "refused" }),
];

/** The reasons, each once. */
function reasons(then: readonly PlannedStep[], now: readonly PlannedStep[]): string[] {
  const matches = (id: string, database: string) => id === "views" && database.startsWith("zerg-");
  const found = unapproved(approvedBy(planOf(then)), now, matches);
  return [...new Set(found.flatMap(({ places }) => [...places.values()]))];
}

const noStep = "the approved plan does not have this step";
const edited = "the step was edited after the plan was made";
const nothing = "the approved plan has nothing to do there";
const changed = "what is on the server has changed since the plan was made";
const more = "it removes 101 documents, but the approved plan has 100 documents";

describe("a plan that is made again", () => {
  const cases: [title: string, now: PlannedStep, expected?: string][] = [
    ["the same: approved", step("views", views)],
    ["all of it is done: approved", stepOf("views")],
    ["half of it is done: approved", step("views", { ...views, former: [map] })],
    ["what is left only creates something: approved", step("views", { ...views, action: "create", former: [fresh] })],
    [
      "only what an interrupted run has left: approved",
      step("done", { action: "update", databases: ["x"], former: [] }),
    ],
    [
      "a step that the plan had as refused: it was made without --allow-destroy",
      step("refused", { ...drop, documents: 1 }),
      "in the approved plan, this step is refused",
    ],
    ["fewer documents: approved", step("drop", { ...drop, documents: 99 })],
    ["more documents", step("drop", { ...drop, documents: 101 }), more],
    [
      "fewer documents to overwrite, so that each is compared: approved",
      step("seed", { ...seed, former: [map], documents: 3 }),
    ],
    [
      "more documents to overwrite",
      step("seed", { ...seed, documents: 41 }),
      "it overwrites 41 documents, but the approved plan has 40 documents",
    ],
    ["too many documents to compare, of which each was approved", step("views", { ...views, former: "any" }), changed],
    ["something else is there", step("views", { ...views, former: [other, fresh] }), changed],
    [
      "something is gone that the step would create again",
      step("views", { ...views, former: [map, `+${map}`] }),
      changed,
    ],
    ["another database", step("drop", { ...drop, databases: ["older"] }), nothing],
    ["on the server, and not in a database", step("views", { action: "update", former: [map] }), nothing],
    ["a step that had nothing to do", step("done", views), nothing],
    ["a new step", step("late", views), noStep],
    ["an edited step", { ...step("views", views), checksum: "1:1" }, edited],
    ["an edited step that only creates", { ...step("views", { ...views, former: [fresh] }), checksum: "1:1" }, edited],
    [
      "a database that matches later, for creation: approved",
      step("views", { action: "create", databases: ["zerg-9"], former: [fresh] }),
    ],
    [
      "a database that matches later, with a document to which a field is added",
      step("views", { action: "update", databases: ["zerg-9"], former: [fresh], documents: 1 }),
      nothing,
    ],
    [
      "a database that matches later, with something in it",
      step("views", { ...views, databases: ["zerg-9"] }),
      nothing,
    ],
    [
      "a database that matches later, for removal",
      step("views", { action: "remove", databases: ["zerg-9"], former: [fresh] }),
      nothing,
    ],
    [
      "a database that matches later, of unknown state",
      step("views", { action: "update", databases: ["zerg-9"], former: "any" }),
      nothing,
    ],
  ];
  it.each(cases)("%s", (_, now, expected) =>
    expect(reasons(planned, [now])).toEqual(expected === undefined ? [] : [expected]),
  );
});

describe("tampering with the file", () => {
  const all = planned.filter(({ approvals }) => approvals);
  const without = (id: string) => planned.filter((one) => one.id !== id);
  const instead = (id: string, more: Partial<PlannedStep>) =>
    planned.map((one) => (one.id === id ? { ...one, ...more } : one));
  const cases: [title: string, file: readonly PlannedStep[], expected?: string][] = [
    ["nothing is changed: harmless", planned],
    ["a removed step", without("drop"), noStep],
    ["an added step: harmless, the files do not have it", [...planned, step("extra", drop)]],
    ["a changed id", instead("drop", { id: "dropped" }), noStep],
    ["a changed checksum", instead("drop", { checksum: "1:1" }), edited],
    [
      "remove becomes update",
      instead("drop", { approvals: [{ ...drop, action: "update" }] }),
      "the approved plan has `update`, not `remove`",
    ],
    [
      "update becomes remove",
      instead("views", { approvals: [{ ...views, action: "remove" }] }),
      "the approved plan has `remove`, not `update`",
    ],
    [
      "update becomes create: harmless, the digests say what is there",
      instead("views", { approvals: [{ ...views, action: "create" }] }),
    ],
    ["a changed digest", instead("views", { approvals: [{ ...views, former: [other, fresh] }] }), changed],
    ["a removed digest", instead("views", { approvals: [{ ...views, former: [fresh] }] }), changed],
    [
      "an added digest: harmless, the server does not have that state",
      instead("views", { approvals: [{ ...views, former: [map, fresh, other] }] }),
    ],
    [
      "a lower number of documents",
      instead("drop", { approvals: [{ ...drop, documents: 99 }] }),
      "it removes 100 documents, but the approved plan has 99 documents",
    ],
    [
      "a missing number of documents",
      instead("drop", { approvals: [{ action: "remove", databases: ["old"], former: [map] }] }),
      "it removes 100 documents, but the approved plan has 0 documents",
    ],
    [
      "a higher number of documents: harmless, the server has fewer",
      instead("drop", { approvals: [{ ...drop, documents: 1000 }] }),
    ],
    ["another database", instead("drop", { approvals: [{ ...drop, databases: ["new"] }] }), nothing],
    ["removed approvals", planned.map(({ approvals: _, ...one }) => one), nothing],
    [
      "changed actions, states and texts outside of the approvals: harmless, they are only shown",
      planned.map((one) => ({
        ...one,
        action: "none",
        state: "applied",
        applies: false,
        changes: [],
        notes: ["nothing"],
      })),
    ],
    ["a changed kind: harmless, the checksum covers it", instead("drop", { kind: "ensureDatabase" })],
  ];
  it.each(cases)("%s", (_, file, expected) =>
    expect(reasons(file, all)).toEqual(expected === undefined ? [] : [expected]),
  );
});

describe("the server, the set and the ledger of a plan", () => {
  const server = { id: "b0f8" };
  const plan = (more: Partial<Plan> = {}) => planOf([], { serverId: "b0f8", ...more });
  const begun = plan({ serverId: null });
  const cases: [title: string, check: () => void, problem?: RegExp][] = [
    ["the same server", () => assertSameServer(plan(), server, "http://b")],
    [
      "another server",
      () => assertSameServer(plan(), { id: "c1" }, "http://b"),
      /made for the server b0f8 \(http:\/\/couchdb:5984\), but http:\/\/b is another server/,
    ],
    ["a changed id in the file", () => assertSameServer(plan({ serverId: "x" }), server, "http://b"), /another server/],
    [
      "a removed id in the file",
      () => assertSameServer(plan({ serverId: null }), server, "http://b"),
      /made without a ledger .* but http:\/\/b has one/,
    ],
    [
      "a server that has lost its ledger",
      () => assertSameServer(plan(), undefined, "http://b"),
      /has no ledger for this set/,
    ],
    ["no ledger then and now", () => assertSameServer(begun, undefined, "http://b")],
    [
      "a ledger that this very plan has begun",
      () => assertSameServer(begun, { id: "c1", plan: digestOfPlan(begun) }, "http://b"),
    ],
    [
      "a ledger that another plan has begun",
      () => assertSameServer(begun, { id: "c1", plan: digestOfPlan(plan()) }, "http://b"),
      /has one/,
    ],
    ["the same set", () => assertSameSet(plan(), {})],
    [
      "another set",
      () => assertSameSet(plan({ set: "reports" }), { set: "shop" }),
      /for the set reports, but this run applies the set shop/,
    ],
    [
      "another ledger database",
      () => assertSameSet(plan({ ledgerDatabase: "a" }), {}),
      /in database a, but the ledger of this run is in couchdb-migrate/,
    ],
    ["the same environment", () => assertSameSet(plan({ environment: "a" }), { environment: "a" })],
    [
      "another environment",
      () => assertSameSet(plan({ environment: "development" }), { environment: "production" }),
      /for the environment development, but this run is for the environment production/,
    ],
    [
      "an environment, and a run without one",
      () => assertSameSet(plan({ environment: "development" }), {}),
      /for the environment development, but this run is for no environment/,
    ],
    ["the same ledger database", () => assertSameSet(plan({ ledgerDatabase: "a" }), { ledgerDatabase: "a" })],
  ];
  for (const [title, check, problem] of cases) {
    it(title, () => {
      if (!problem) return expect(check).not.toThrow();
      expect(check).toThrow(expect.objectContaining({ code: "other-plan", message: expect.stringMatching(problem) }));
    });
  }
});

describe("digests", () => {
  it("begin with + if there is nothing yet, and depend on place and state", () => {
    expect(digestsOf([{ path: "/b", before: null }])).toEqual([expect.stringMatching(/^\+[\w-]{16}$/)]);
    expect(
      new Set([
        ...digestsOf([{ path: "/b", before: 1 }]),
        ...digestsOf([{ path: "/b", before: 2 }]),
        ...digestsOf([{ path: "/c", before: 1 }]),
      ]).size,
    ).toBe(3);
  });
  it("do not depend on the order of states, or of keys", () => {
    const states = [
      { path: "/b", before: { x: 1, y: 2 } },
      { path: "/a", before: 1 },
    ];
    const turned = [
      { path: "/a", before: 1 },
      { path: "/b", before: { y: 2, x: 1 } },
    ];
    expect(digestsOf(states)).toEqual(digestsOf(turned));
  });
  it.each([
    ["/password", ["/password"], 0],
    ["/auth", ["/auth/basic/password"], 0],
    ["/auth/basic/password", ["/auth"], 0],
    ["/roles", ["/password"], 1],
    ["/passwords", ["/password"], 1],
  ] as const)("of %s, with %s unknown to the plan: %i", (path, unknown, expected) =>
    expect(foundOf({ states: [{ path, before: "x" }] }, unknown).former).toHaveLength(expected),
  );
});

it("places with the same approval are one entry, and can be told apart again", () => {
  const written = ["a", "b", "c"].map((database) => ({
    action: "update" as const,
    database,
    former: [database === "c" ? other : map],
  }));
  expect(approvalsOf(written)).toEqual([
    { action: "update", databases: ["a", "b"], former: [map] },
    { action: "update", databases: ["c"], former: [other] },
  ]);
  expect(writtenIn(approvalsOf(written))).toEqual(written);
});

it.each([
  [false, false, undefined],
  [true, true, undefined],
  [true, false, /made with --verify, and this run is without it: repairs of drift/],
  [false, true, /this run has --verify, and the approved plan was made without it/],
] as const)("a plan with verify: %s, and a run with verify: %s", (then, now, warning) => {
  const messages = optionWarnings(planOf([], { verify: then }), { verify: now, allowRevert: false });
  expect(messages.map(({ message }) => message)).toEqual(warning ? [expect.stringMatching(warning)] : []);
});
