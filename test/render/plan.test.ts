import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Plan, PlannedDatabase, PlannedStep } from "../../src/contract/results.js";
import { longestComment, planMarkdown } from "../../src/render/plan-markdown.js";
import { planText } from "../../src/render/plan-text.js";
import { plain, styleFor } from "../../src/render/style.js";
import { orphanOf, planOf, stepOf } from "./results.js";

const text = (plan: Plan) => planText(plan, plain);

test("a plan with every kind of action", () => {
  const plan = planOf(
    [
      stepOf("zerglings", { changes: [{ path: "/name", before: null, after: "zerglings" }] }),
      stepOf("security", {
        kind: "ensureSecurity",
        action: "update",
        state: "changed",
        target: "security object of zerglings",
        changes: [
          { path: "/members/roles/0", before: null, after: "hatchery" },
          { path: "/admins/names/0", before: "old", after: null },
          { path: "/mode", before: "merge", after: "replace" },
        ],
        notes: ["the step has changed since it was applied"],
      }),
      stepOf("drop", { kind: "removeDatabase", action: "remove" }),
      stepOf("admin", { kind: "ensureAdmin", action: "adopt", target: "admin overmind" }),
      stepOf("lost", { kind: "removeDatabase", action: "adopt" }),
      stepOf("tenants", {
        kind: "ensureSecurity",
        action: "none",
        target: "security object of tenant-*",
        notes: ["no database matches yet"],
      }),
      stepOf("admins", {
        kind: "ensureAdmin",
        action: "refused",
        target: "admin svc",
        unread: true,
        notes: ["a server admin may"],
      }),
      stepOf("fixed", { action: "refused", notes: ["partitioned is fixed at creation"] }),
      stepOf("drift", { action: "update", state: "drifted", changes: [{ path: "/q", before: 2, after: 4 }] }),
      stepOf("same", { action: "none", state: "applied" }),
    ],
    { changes: 3, orphans: [orphanOf("gone")], warnings: [{ code: "slow", message: "the server is slow" }] },
  );
  expect(text(plan)).toBe(`Plan for http://couchdb:5984 (CouchDB 3.5.0), set default

  removes      database drop (drop, migrations/001.yaml:3)
  refused      database fixed: partitioned is fixed at creation (fixed,
               migrations/001.yaml:3)
  cannot read  admin svc: a server admin may (admins, migrations/001.yaml:3)
  warning      the server is slow

server
  = admin overmind  adopted
zerglings
  + database
  ~ security  + members/roles "hatchery" · - admins/names "old" · mode "merge" →
              "replace"
lost
  = database  already absent
tenant-* (0 databases)
  · security  no database matches yet
drift
  * database  drifted · q 2 → 4

In the ledger, but no longer in the files:
  gone: database/gone stays; a \`removeDatabase\` step deletes it
To forget it without changing the server: \`couchdb-migrate ledger forget gone\`

1 refused, 1 unreadable; 1 to create, 1 to change, 1 to remove, 2 to adopt; 1
unchanged, 1 without a matching database, 1 drifted (apply --verify repairs
drift)
\`--details\` shows whole values, ids, files and descriptions
`);
});

const olderPlan = planOf(
  [
    stepOf("same", { action: "none", state: "older" }),
    stepOf("old", { action: "none", state: "older", notes: ["differs from what is applied"] }),
  ],
  {
    older: { by: "release", reason: "release 1 is lower than 2", release: "1", appliedRelease: "2", next: "Go back." },
    set: "hatchery",
    ledgerDatabase: "own",
    orphans: [orphanOf("gone")],
  },
);

test("a plan of older files says NOT APPLIED, and lists the steps that differ", () => {
  expect(text(olderPlan)).toBe(`Plan for http://couchdb:5984 (CouchDB 3.5.0), set hatchery

  NOT APPLIED  these files are older than what is applied (release 1 is lower
               than 2); \`apply\` would skip them. Go back.

old
  < database  skipped
      note: differs from what is applied

In the ledger, but no longer in the files:
  gone: database/gone stays; a \`removeDatabase\` step deletes it
To forget it without changing the server: \`couchdb-migrate ledger forget gone\`

NOT APPLIED: these files are older than what is applied.
\`--details\` shows whole values, ids, files and descriptions
`);
});

test("a Markdown plan of older files says NOT APPLIED in its title", () => {
  const markdown = planMarkdown(olderPlan);
  expect(markdown).toMatch(/^## CouchDB plan: NOT APPLIED\n/);
  expect(markdown.match(/NOT APPLIED/g)).toHaveLength(1);
  expect(markdown).toContain("these files are older than what is applied (release 1 is lower than 2)");
  expect(markdown).toContain("Go back.\n");
  expect(markdown).not.toContain("no changes");
});

test("a plan without changes", () => {
  expect(text(planOf([stepOf("same", { action: "none", state: "applied" })]))).toBe(
    `Plan for http://couchdb:5984 (CouchDB 3.5.0), set default

Nothing to do: CouchDB matches the files. 1 unchanged
`,
  );
});

describe("lines", () => {
  const map = (body: string) => `function (doc) {\n  // one\n  // two\n  // three\n  // four\n  ${body}\n}`;
  const long = "x".repeat(100);
  const inDesignDocs = {
    kind: "ensureDesignDocs",
    target: "design document brood in zerglings",
    action: "update",
  } as const;
  const at = "/docs/brood/views/v/map";

  test.each<[string, Partial<PlannedStep>, string]>([
    [
      "a function is shown as a line diff",
      { ...inDesignDocs, changes: [{ path: at, before: map("emit(doc.kind);"), after: map("emit(doc.name);") }] },
      `zerglings
  ~ design document brood
      views/v/map
        …
          // two
          // three
          // four
      -   emit(doc.kind);
      +   emit(doc.name);
        }`,
    ],
    [
      "a function that is added to an object is shown in full",
      { ...inDesignDocs, changes: [{ path: at, before: null, after: "function (doc) {\n\temit(1);\n}" }] },
      `zerglings
  ~ design document brood
      views/v/map
      + function (doc) {
      +     emit(1);
      + }`,
    ],
    [
      "a new design document is what it consists of",
      {
        ...inDesignDocs,
        action: "create",
        changes: [
          {
            path: "/docs/brood",
            before: null,
            after: {
              language: "javascript",
              views: { lib: { a: "1" }, v: { map: map("") } },
              validate_doc_update: map(""),
            },
          },
        ],
      },
      `zerglings
  + design document brood  language="javascript" · views v · validate_doc_update`,
    ],
    [
      "a design document that is new in a step that changes another one",
      {
        ...inDesignDocs,
        target: "design documents brood, nest in zerglings",
        changes: [
          { path: "/docs/brood/language", before: "javascript", after: "erlang" },
          { path: "/docs/nest", before: null, after: { views: { v: { map: map("") } } } },
          { path: "/docs/staged", before: "left by a run that did not end", after: null },
        ],
      },
      `zerglings
  ~ design document brood   language "javascript" → "erlang"
  + design document nest    views v
  - design document staged  "left by a run that did not end"`,
    ],
    [
      "two large values are compared line by line",
      {
        kind: "ensureUser",
        target: "user overmind",
        action: "update",
        changes: [
          {
            path: "/fields/broods",
            before: { names: ["a", "b"], more: [long.slice(0, 50)] },
            after: { names: ["a", "c"], more: [long.slice(0, 50)] },
          },
        ],
      },
      `server
  ~ user overmind
      fields/broods
        {
          "names": [
            "a",
      -     "b"
      +     "c"
          ],
          "more": [
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"`,
    ],
    [
      "for two long lines, the part that differs is shown",
      {
        kind: "ensureConfig",
        target: "configuration [a] b",
        action: "update",
        changes: [{ path: "/a/b", before: `${long}one`, after: `${long}two` }],
      },
      `server
  ~ config a/b
      - …xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxone
      + …xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxtwo`,
    ],
    [
      "a secret is only shown as changed",
      {
        kind: "ensureUser",
        target: "user overmind",
        action: "update",
        changes: [{ path: "/password", before: "***", after: "***" }],
      },
      `server
  ~ user overmind  password changes`,
    ],
    [
      "false does not count as absent",
      {
        kind: "ensureReplication",
        target: "replication r",
        action: "update",
        changes: [{ path: "/continuous", before: false, after: true }],
      },
      `server
  ~ replication r  continuous false → true`,
    ],
    [
      "many small changes are one below the other",
      {
        kind: "ensureUser",
        target: "user overmind",
        action: "update",
        changes: ["a", "b", "c", "d", "e"].map((name) => ({ path: `/fields/${name}`, before: 1, after: 2 })),
      },
      `server
  ~ user overmind
      ~ fields/a: 1 → 2
      ~ fields/b: 1 → 2
      ~ fields/c: 1 → 2
      ~ fields/d: 1 → 2
      ~ fields/e: 1 → 2`,
    ],
    [
      "a new user, with what is not empty",
      {
        kind: "ensureUser",
        target: "user overmind",
        changes: [
          { path: "/name", before: null, after: "overmind" },
          { path: "/password", before: null, after: "***" },
          { path: "/roles", before: null, after: [] },
        ],
      },
      `server
  + user overmind  password=***`,
    ],
    [
      "new members of a database",
      {
        kind: "ensureSecurity",
        target: "security object of zerglings",
        changes: [
          { path: "/admins", before: null, after: { names: ["kerrigan"], roles: [] } },
          { path: "/members", before: null, after: { names: [], roles: [] } },
        ],
      },
      `zerglings
  + security  admins: user kerrigan · members: none`,
    ],
    [
      "each setting of the configuration",
      {
        kind: "ensureConfig",
        target: "configuration [cors] origins, credentials",
        action: "update",
        changes: [
          { path: "/cors/origins", before: "a", after: "b" },
          { path: "/cors/credentials", before: null, after: "true" },
        ],
      },
      `server
  ~ config cors/origins      "a" → "b"
  + config cors/credentials  "true"`,
    ],
    [
      "a new index",
      {
        kind: "ensureIndexes",
        target: "index by-date in zerglings",
        changes: [
          {
            path: "/indexes/by-date",
            before: null,
            after: {
              type: "json",
              ddoc: "mango-by-date",
              index: { fields: [{ kind: "asc" }, { hatchedAt: "desc" }], partial_filter_selector: { dead: false } },
            },
          },
        ],
      },
      `zerglings
  + index by-date  on kind, hatchedAt desc · where {"dead":false}`,
    ],
    [
      "a new index without fields",
      {
        kind: "ensureIndexes",
        target: "index dead in zerglings",
        changes: [
          {
            path: "/indexes/dead",
            before: null,
            after: { type: "json", ddoc: "mango-dead", index: { fields: [], partial_filter_selector: { dead: true } } },
          },
        ],
      },
      `zerglings
  + index dead  where {"dead":true}`,
    ],
    [
      "a replication, with the addresses of its databases",
      {
        kind: "ensureReplication",
        target: "replication r",
        changes: [
          {
            path: "/source",
            before: null,
            after: { url: "http://a/b", auth: { basic: { username: "c", password: "***" } } },
          },
          { path: "/continuous", before: null, after: true },
        ],
      },
      `server
  + replication r  source="http://a/b" · continuous`,
    ],
    [
      "a few new documents by their ids",
      {
        kind: "ensureDocuments",
        target: "2 documents in zerglings",
        changes: ["a", "b"].map((id) => ({ path: `/docs/${id}`, before: null, after: { id } })),
      },
      `zerglings
  + 2 documents  a, b`,
    ],
    [
      "many documents by their number",
      {
        kind: "ensureDocuments",
        target: "30 documents in zerglings",
        changes: [{ path: "/docs/a", before: null, after: {} }],
        brief: [{ path: "/docs", before: null, after: "30 documents" }],
      },
      `zerglings
  + documents  30 documents`,
    ],
    [
      "a transformation with its id and the first documents",
      {
        id: "legs",
        kind: "transformDocuments",
        target: "all documents in zerglings",
        action: "update",
        changes: [
          {
            path: "/documents",
            before: "7 documents match",
            after: "changed once",
            text: "changes 7 matching documents, each once; the first of them:",
          },
          { path: "/docs/a/legs", before: 4, after: 6 },
        ],
      },
      `zerglings
  ~ all documents  one-time step legs · changes 7 matching documents, each once;
                   the first of them:
      ~ docs/a/legs: 4 → 6`,
    ],
    [
      "what is kept",
      {
        kind: "ensureDocuments",
        target: "document a in zerglings",
        action: "keep",
        kept: [{ path: "/docs/a/legs", server: 8, files: 6, document: "a" }],
      },
      `zerglings
  ≠ document a  kept: /docs/a/legs is 8 (the files have 6)`,
    ],
    [
      "a note that is not a warning",
      { action: "none", state: "applied", notes: ["the database was recreated"] },
      `zerglings
    database
      note: the database was recreated`,
    ],
  ])("%s", (_, more, shown) => {
    expect(body(text(planOf([stepOf("zerglings", more)])))).toBe(shown);
  });

  test("a long value is truncated without --details", () => {
    const after = Array.from({ length: 50 }, (_, i) => `line ${i}`).join("\n");
    const plan = planOf([stepOf("s", { ...inDesignDocs, changes: [{ path: at, before: null, after }] })]);
    expect(text(plan)).toContain("+ line 19\n        … 30 more lines");
    expect(text(plan)).not.toContain("line 20");
    expect(planText(plan, plain, { details: true })).toContain("line 49");
  });

  test.each([
    [{ documents: 60_000 }, "builds v over 60,000 documents, queries wait"],
    [{ documents: 1 }, "builds v over 1 document, queries wait"],
    [{ documents: 0 }, ""],
    [{ bytes: 23_400_000 }, "builds v over 2 documents (23 MB), queries wait"],
    [{ staged: true }, "builds v over 2 documents, the old index serves"],
    [
      { views: Array.from({ length: 33 }, (_, i) => `v${i}`) },
      "builds 33 views (v0, v1, v2, …) over 2 documents, queries wait",
    ],
    [{ reuses: "brood--previous", staged: true }, "reuses the index of _design/brood--previous"],
    [{ reuses: "other", pending: 99 }, "reuses the index of _design/other"],
    [{ reuses: "other", pending: 1_234 }, "continues the index of _design/other, which lacks 1,234 changes"],
  ])("a build with %o", (more, fact) => {
    const rebuilds = [{ database: "zerglings", designDoc: "brood", views: ["v"], documents: 2, ...more }];
    const plan = planOf([stepOf("s", { ...inDesignDocs, rebuilds })]);
    const line = planText(plan, plain, { columns: 200 })
      .split("\n")
      .find((one) => one.startsWith("  ~"));
    expect(line).toBe(`  ~ design document brood  ${fact}`.trimEnd());
  });
});

test.each([
  ["nothing, if queries wait", [{}], "its queries wait"],
  ["that one index is built again", [{ staged: true, wayBack: "build" as const }], "; going back builds it again"],
  [
    "that several indexes are built again",
    [
      { staged: true, wayBack: "build" as const },
      { staged: true, wayBack: "build" as const },
    ],
    "; going back builds them again",
  ],
  [
    "what the index that is kept takes",
    [{ staged: true, wayBack: "catchUp" as const, keptBytes: 12_300_000 }],
    "; going back reuses it (12 MB on disk)",
  ],
  [
    "nothing of a size that is unknown",
    [{ staged: true, wayBack: "catchUp" as const }],
    "the old one serves meanwhile; going back reuses it",
  ],
  [
    "how many of each there are",
    [
      { staged: true, wayBack: "catchUp" as const, keptBytes: 2_000 },
      { staged: true, wayBack: "catchUp" as const, keptBytes: 1_000 },
      { staged: true, wayBack: "build" as const },
      { staged: true },
    ],
    "; going back reuses 2 (3.0 kB on disk) and builds 1 again",
  ],
])("going back: text and Markdown say %s", (_, builds, said) => {
  const rebuilds = builds.map((one, i) => ({ database: "d", designDoc: `a${i}`, views: ["v"], documents: 2, ...one }));
  const plan = planOf([stepOf("s", { kind: "ensureDesignDocs", target: "design documents in d", rebuilds })]);
  const lineOf = (text: string) => text.split("\n").find((line) => line.includes("over"));
  expect(lineOf(planText(plan, plain, { columns: 200 }))?.endsWith(said)).toBe(true);
  expect(lineOf(planMarkdown(plan))?.endsWith(said)).toBe(true);
});

describe("patterns", () => {
  const state = (action: PlannedDatabase["action"]): PlannedDatabase => ({
    state: action === "none" ? "applied" : "pending",
    action,
  });
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`tenant-${i}`, state("none")]));
  const security = { kind: "ensureSecurity", target: "security object of tenant-*", action: "update" } as const;
  const role = (database: string, before: unknown = null) => ({
    path: "/members/roles/0",
    before,
    after: "zerg",
    database,
  });

  test.each<[string, Partial<PlannedStep>, string]>([
    [
      "all of two",
      {
        databases: { "tenant-a": state("update"), "tenant-b": state("update") },
        changes: [role("tenant-a"), role("tenant-b")],
      },
      `tenant-* (2 databases)
  ~ security  + members/roles "zerg"`,
    ],
    [
      "one of a thousand",
      { databases: { ...many, "tenant-7": state("update") }, changes: [role("tenant-7")] },
      `tenant-* (1,000 databases)
  ~ security  in tenant-7; the rest have it · + members/roles "zerg"`,
    ],
    [
      "some of a thousand",
      {
        databases: { ...many, ...Object.fromEntries([1, 2, 3, 4].map((i) => [`tenant-${i}`, state("update")])) },
        changes: [1, 2, 3, 4].map((i) => role(`tenant-${i}`)),
      },
      `tenant-* (1,000 databases)
  ~ security  in 4 (tenant-1, …); the rest have it · + members/roles "zerg"`,
    ],
    [
      "databases that differ in two ways",
      {
        databases: { a: state("update"), b: state("update"), c: state("adopt") },
        changes: [role("a"), role("b", "old")],
      },
      `tenant-* (3 databases)
  ~ security  in a · + members/roles "zerg"
  ~ security  in b · members/roles "old" → "zerg"`,
    ],
    [
      "drift in one, which is not repaired",
      { databases: { a: state("update"), b: { state: "drifted", action: "update" } }, changes: [role("a")] },
      `tenant-* (2 databases)
  ~ security  in a · + members/roles "zerg"
  * security  in b · drifted`,
    ],
    [
      "one that is refused",
      {
        action: "refused",
        databases: { a: state("update"), b: state("refused") },
        changes: [role("a")],
        notes: ["database b: it is read-only"],
      },
      `  refused  security object of tenant-*: database b: it is read-only (every,
           migrations/001.yaml:3)

tenant-* (2 databases)
  ~ security  in a · + members/roles "zerg"`,
    ],
    [
      "removals",
      {
        kind: "removeIndexes",
        target: "index old in tenant-*",
        action: "remove",
        databases: { a: state("remove"), b: state("remove"), c: state("none") },
        changes: ["a", "b"].map((database) => ({
          path: "/indexes/0",
          before: { name: "old", ddoc: "o" },
          after: null,
          database,
        })),
      },
      `  removes  index old in tenant-*: in 2 databases (a, b) (every,
           migrations/001.yaml:3)`,
    ],
    [
      "a removal in one of them",
      {
        kind: "removeIndexes",
        target: "index old in tenant-*",
        action: "remove",
        databases: { a: state("none"), b: state("remove") },
      },
      `  removes  index old in tenant-*: in b (every, migrations/001.yaml:3)`,
    ],
    [
      "removals in many",
      {
        kind: "removeIndexes",
        target: "index old in tenant-*",
        action: "remove",
        databases: Object.fromEntries(["a", "b", "c", "d", "e", "f", "g"].map((name) => [name, state("remove")])),
      },
      `  removes  index old in tenant-*: in 7 databases (a, b, c, d, e and 2 more)
           (every, migrations/001.yaml:3)`,
    ],
    [
      "none",
      { action: "none", databases: {}, notes: ["no database matches yet"] },
      `tenant-* (0 databases)
  · security  no database matches yet`,
    ],
  ])("%s", (_, more, shown) => {
    expect(body(text(planOf([stepOf("every", { ...security, ...more })])))).toBe(shown);
  });

  test("databases with the same lines are one group, unless details are asked for", () => {
    const steps = Array.from({ length: 100 }, (_, i) =>
      stepOf(`d${i}`, { target: `database d${i}`, changes: [{ path: "/name", before: null, after: `d${i}` }] }),
    );
    expect(body(text(planOf(steps)))).toBe(`d0, d1, d2, … d99 (100 databases)
  + database`);
    expect(planText(planOf(steps), plain, { details: true }).match(/ \+ database/g)).toHaveLength(100);
  });

  test("what is only recorded is one line of its place", () => {
    const steps = ["a", "b", "c", "d", "e", "f"].map((name) =>
      stepOf(name, { kind: "ensureUser", action: "adopt", target: `user ${name}` }),
    );
    expect(body(text(planOf(steps)))).toBe(`server
  = 6 adopted  user a, user b, user c, user d, user e and 1 more`);
  });
});

describe("columns", () => {
  const step = stepOf("r", {
    kind: "ensureReplication",
    target: "replication of-the-whole-brood",
    changes: ["source", "target", "selector"].map((name) => ({
      path: `/${name}`,
      before: null,
      after: `${name}-`.repeat(4),
    })),
    notes: ["words ".repeat(30).trim()],
  });

  test.each([60, 80, 120])("no line is wider than %i, and none ends within a word", (columns) => {
    const shown = planText(planOf([step, { ...step, action: "refused" }]), plain, { columns });
    for (const line of shown.split("\n").slice(1)) expect([...line].length).toBeLessThanOrEqual(columns);
    expect(shown.match(/words/g)).toHaveLength(60);
  });

  test("a wide terminal shows more of a value", () => {
    const width = (columns: number) => planText(planOf([step]), plain, { columns }).split("\n")[3]?.length ?? 0;
    expect(width(120)).toBeGreaterThan(width(80));
  });
});

/** Without the first line and the totals. */
function body(shown: string): string {
  return shown.split("\n\n").slice(1, -1).join("\n\n");
}

const hostile = "evil\x1b[2J\u202e\r\nline";
const hostilePlan = planOf(
  [
    stepOf(hostile, {
      description: hostile,
      file: hostile,
      target: hostile,
      notes: [hostile],
      databases: { [hostile]: { state: "pending", action: "create" }, other: { state: "pending", action: "create" } },
      changes: [
        { path: `/${hostile}`, before: null, after: hostile, database: hostile },
        { path: "/a", before: hostile, after: `${hostile}!` },
        { path: "/b", before: null, after: { [hostile]: hostile.repeat(20) } },
      ],
      rebuilds: [{ database: hostile, designDoc: hostile, views: [hostile], documents: 3 }],
    }),
  ],
  {
    set: hostile,
    server: { url: hostile, version: hostile },
    orphans: [orphanOf(hostile, { objects: [hostile], note: hostile, forget: hostile })],
    warnings: [{ code: "x", message: hostile }],
  },
);

test.each<[string, (plan: Plan) => string]>([
  ["text", text],
  ["text with details", (plan) => planText(plan, plain, { details: true })],
  ["Markdown", (plan) => planMarkdown(plan)],
  ["Markdown with details", (plan) => planMarkdown(plan, { details: true })],
])("as %s, no text from servers and files moves the cursor", (_, write) => {
  const shown = write(hostilePlan).replaceAll("\n", "");
  expect(shown).toContain("evil");
  expect(shown).not.toMatch(/[\p{Cc}\u202e]/u);
});

test("colors come from the style", () => {
  const style = styleFor(true, {}, {});
  expect(planText(planOf([stepOf("s")]), style)).toContain("\x1b[1ms\x1b[22m\n  \x1b[32m+\x1b[39m database");
});

describe("Markdown", () => {
  test("the title counts refused steps", () => {
    const plan = planOf([stepOf("a"), stepOf("b", { action: "refused" })], { changes: 1 });
    expect(planMarkdown(plan)).toMatch(/^## CouchDB plan: 1 change, 1 refused\n/);
  });

  test("a place is a table, and what takes several lines is below it", () => {
    const plan = planOf(
      [
        stepOf("views", {
          kind: "ensureDesignDocs",
          action: "update",
          target: "design document *brood* in zerglings",
          changes: [{ path: "/docs/*brood*/views/v/map", before: "a\nb", after: "a\nc" }],
          rebuilds: [{ database: "zerglings", designDoc: "*brood*", views: ["by_age"], documents: 2000, staged: true }],
          notes: ["for @everyone"],
        }),
        stepOf("drop", {
          kind: "removeDatabase",
          action: "remove",
          changes: [{ path: "/name", before: {}, after: null, text: "deletes 3 documents (1.2 kB)" }],
        }),
      ],
      { warnings: [{ code: "slow", id: "views", message: "the server is slow" }] },
    );
    expect(planMarkdown(plan)).toBe(`## CouchDB plan: 2 changes

<code>http://couchdb:5984</code>, CouchDB 3.5.0, set <code>default</code>: 0 to create, 1 to change, 1 to remove

- **removes** database drop: deletes 3 documents (1.2 kB) (<code>drop</code>, <code>migrations/001.yaml:3</code>)
- **builds** 1 index over 2,000 documents, the old one serves meanwhile
- **warning** views: the server is slow

| | zerglings | |
|---|---|---|
| <code>&#126;</code> | design document \\*brood\\* | **builds by\\_age over 2,000 documents, the old index serves**<br>note: for @&#8203;everyone |

<details>
<summary>design document &#42;brood&#42; in zerglings</summary>

<code>views/v/map</code>

\`\`\`diff
  a
- b
+ c
\`\`\`

</details>
`);
  });

  test("details have the id, the place in the files and the description of each step", () => {
    const plan = planOf([stepOf("s", { description: "All | views" })]);
    expect(planMarkdown(plan, { details: true })).toContain(
      "| <code>+</code> | database |  (<code>s</code>, <code>migrations/001.yaml:3</code>)<br>All \\| views |",
    );
  });

  test("each orphan has its own line, with a command to copy", () => {
    const orphan = orphanOf("two_legs", { forget: "couchdb-migrate ledger forget two_legs --set a" });
    expect(planMarkdown(planOf([], { orphans: [orphan] }))).toContain(`In the ledger, but no longer in the files:

- two\\_legs: database/two\\_legs stays; a \\\`removeDatabase\\\` step deletes it

To forget it without changing the server: <code>couchdb-migrate ledger forget two_legs --set a</code>
`);
  });

  test("the first of many orphans are shown, and the others are counted", () => {
    const orphans = Array.from({ length: 23 }, (_, i) => orphanOf(`gone-${i}`));
    const lines = planMarkdown(planOf([], { orphans })).split("\n- ").slice(1);
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe(`and 3 more

To forget one without changing the server, for example: <code>couchdb-migrate ledger forget gone-0</code>
`);
  });

  test("backticks in a value do not end its block", () => {
    const changes = [{ path: "/a", before: "x\ny", after: "```\n````\n# not a heading" }];
    expect(planMarkdown(planOf([stepOf("s", { action: "update", changes })]))).toContain("\n`````diff\n");
  });

  const many = (before: unknown) => {
    const after = Array.from({ length: 20 }, (_, i) => `${i}`.repeat(100)).join("\n");
    return planOf(
      Array.from({ length: 1000 }, (_, i) =>
        stepOf(`s${i}`, { action: "update", changes: [{ path: `/a${i}`, before, after }] }),
      ),
    );
  };

  test("a plan that is too long for a comment is truncated between lines, and says so", () => {
    const comment = planMarkdown(many("x"));
    expect(comment.length).toBeLessThanOrEqual(longestComment);
    const whole = comment.match(/\| database \|/g)?.length ?? 0;
    expect(whole).toBeGreaterThan(500);
    expect(comment).toContain(
      `**${1000 - whole} more lines are left out**: the plan is longer than 65,536 characters.`,
    );
  });

  test("diffs are left out before lines are", () => {
    const plan = { ...many("x"), steps: many("x").steps.slice(0, 100) };
    const comment = planMarkdown(plan);
    expect(comment.length).toBeLessThanOrEqual(longestComment);
    expect(comment.match(/\| database \|/g)).toHaveLength(100);
    const diffs = comment.match(/<\/details>/g)?.length ?? 0;
    expect(diffs).toBeGreaterThan(10);
    expect(comment).toContain(`**${100 - diffs} more diffs are left out**`);
  });
});

test("every object that changes is shown, in text and in Markdown", () => {
  const databases = ["a", "b", "c", "d", "e"];
  const action = fc.constantFrom("create", "update", "remove", "adopt", "refused", "none");
  const arbitrary = fc.array(fc.tuple(fc.subarray(databases, { minLength: 1 }), fc.array(action, { minLength: 5 })), {
    minLength: 1,
    maxLength: 6,
  });
  const check = (shapes: readonly (readonly [string[], PlannedStep["action"][]])[], details: boolean) => {
    const steps = shapes.map(([names, actions], i) => stepIn(`thing${i}`, names, actions));
    const plan = planOf(steps);
    for (const shown of [planText(plan, plain, { columns: 1000, details }), planMarkdown(plan, { details })]) {
      for (const [i, step] of steps.entries()) {
        if (step.changes.length > 0) expect(shown).toContain(`thing${i}`);
        for (const { after } of details ? step.changes : []) expect(shown).toContain(String(after));
      }
    }
  };
  fc.assert(fc.property(arbitrary, fc.boolean(), check));
});

/** A step with one change in each database in which it has something to do. */
function stepIn(id: string, names: readonly string[], actions: readonly PlannedStep["action"][]): PlannedStep {
  const entries = names.map((name, i) => [name, { state: "pending", action: actions[i] ?? "none" } as const] as const);
  const order = ["refused", "update", "remove", "create", "adopt"] as const;
  const done = entries.filter(([, one]) => one.action !== "none" && one.action !== "adopt");
  return stepOf(id, {
    kind: "ensureDesignDocs",
    target: `design document ${id} in *`,
    action: order.find((action) => entries.some(([, one]) => one.action === action)) ?? "none",
    databases: Object.fromEntries(entries),
    changes: done.map(([database, { action }]) => ({
      path: action === "create" ? `/docs/${id}` : `/docs/${id}/language`,
      before: action === "create" ? null : "javascript",
      after: `${id}-in-${database}-${action}`,
      ...(names.length > 1 ? { database } : {}),
    })),
    notes: entries.some(([, one]) => one.action === "refused") ? [`${id} is refused`] : [],
  });
}
