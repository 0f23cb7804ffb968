import { describe, expect, test } from "vitest";
import type { Plan } from "../../src/contract/results.js";
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

! fixed: cannot ensure database fixed (migrations/001.yaml:3)
    reason: partitioned is fixed at creation

? admins: cannot read admin svc (migrations/001.yaml:3)
    reason: a server admin may

- drop: remove database drop (migrations/001.yaml:3)

+ zerglings: create database zerglings (migrations/001.yaml:3)
    + /name: "zerglings"

~ security: change security object of zerglings (migrations/001.yaml:3)
    + /members/roles/0: "hatchery"
    - /admins/names/0: "old"
    ~ /mode: "merge" -> "replace"
    note: the step has changed since it was applied

= admin: adopt admin overmind (migrations/001.yaml:3)

= lost: database lost, already absent (migrations/001.yaml:3)

· tenants: no database matches yet for security object of tenant-* (migrations/001.yaml:3)

* drift: drift in database drift (migrations/001.yaml:3)
    ~ /q: 2 -> 4

warning: the server is slow

In the ledger, but no longer in the files:
  gone: database/gone stays; a \`removeDatabase\` step deletes it
To forget it without changing the server: \`couchdb-migrate ledger forget gone\`

1 refused, 1 unreadable; 1 to create, 1 to change, 1 to remove, 2 to adopt; 1 unchanged, 1 without a matching database, 1 drifted (apply --verify repairs drift)
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

< old: skip database old (migrations/001.yaml:3)
    note: differs from what is applied

In the ledger, but no longer in the files:
  gone: database/gone stays; a \`removeDatabase\` step deletes it
To forget it without changing the server: \`couchdb-migrate ledger forget gone\`

NOT APPLIED: these files are older than what is applied (release 1 is lower than 2); \`apply\` would skip them. Go back.
`);
});

test("a Markdown plan of older files says NOT APPLIED in its title", () => {
  const markdown = planMarkdown(olderPlan);
  expect(markdown).toMatch(/^## CouchDB plan: NOT APPLIED\n/);
  expect(markdown.match(/NOT APPLIED/g)).toHaveLength(1);
  expect(markdown).toContain("these files are older than what is applied (release 1 is lower than 2)");
  expect(markdown).toContain("\nGo back.\n");
  expect(markdown).not.toContain("no changes");
});

test("a plan without changes", () => {
  expect(text(planOf([stepOf("same", { action: "none", state: "applied" })]))).toBe(
    `Plan for http://couchdb:5984 (CouchDB 3.5.0), set default

Nothing to do: CouchDB matches the files. 1 unchanged
`,
  );
});

describe("changes", () => {
  const map = (body: string) => `function (doc) {\n  // one\n  // two\n  // three\n  // four\n  ${body}\n}`;
  const long = "x".repeat(100);

  test.each<[string, unknown, unknown, string]>([
    [
      "a function is shown as a line diff",
      map("emit(doc.kind);"),
      map("emit(doc.name);"),
      `~ /p:
    …
      // two
      // three
      // four
-     emit(doc.kind);
+     emit(doc.name);
    }`,
    ],
    [
      "a new function is shown in full",
      null,
      "function (doc) {\n\temit(1);\n}",
      `+ /p:
+   function (doc) {
+       emit(1);
+   }`,
    ],
    [
      "a large object is shown key by key",
      null,
      { "a/b": { c: long.slice(0, 50) }, d: [1, 2], e: long.slice(0, 40) },
      `+ /p/a~1b: {"c":"${long.slice(0, 50)}"}
+ /p/d: [1,2]
+ /p/e: "${long.slice(0, 40)}"`,
    ],
    [
      "two large objects are compared line by line",
      { names: ["a", "b"], roles: [long.slice(0, 50)] },
      { names: ["a", "c"], roles: [long.slice(0, 50)] },
      `~ /p:
    {
      "names": [
        "a",
-       "b"
+       "c"
      ],
      "roles": [
        "${long.slice(0, 50)}"`,
    ],
    [
      "for two long lines, the part that differs is shown",
      `${long}one`,
      `${long}two`,
      `~ /p:
-   …${"x".repeat(40)}one
+   …${"x".repeat(40)}two`,
    ],
    ["a secret is only shown as changed", "***", "***", '~ /p: "***" -> "***"'],
    ["false does not count as absent", false, true, "~ /p: false -> true"],
  ])("%s", (_, before, after, shown) => {
    const plan = planOf([stepOf("s", { action: "update", changes: [{ path: "/p", before, after }] })]);
    expect(body(text(plan))).toBe(shown);
  });

  test("a change that is not a value is described in words", () => {
    const change = { path: "/name", before: { name: "a", documents: 3 }, after: null, text: "deletes 3 documents" };
    expect(body(text(planOf([stepOf("s", { action: "remove", changes: [change] })])))).toBe("- deletes 3 documents");
  });

  test.each([
    ["different things", "update", "in tenant-a: already applied\nin tenant-b: change"],
    ["the same", "none", "in tenant-a, tenant-b"],
  ] as const)("if several databases need %s, the plan says so", (_, action, lines) => {
    const databases = {
      "tenant-a": { state: "applied", action: "none" },
      "tenant-b": { state: action === "none" ? "applied" : "pending", action },
    } as const;
    expect(body(text(planOf([stepOf("s", { action: "update", databases })])))).toBe(lines);
  });

  test("a long value is truncated", () => {
    const after = Array.from({ length: 50 }, (_, i) => `line ${i}`).join("\n");
    const shown = body(text(planOf([stepOf("s", { changes: [{ path: "/p", before: null, after }] })])));
    expect(shown).toContain("+   line 19\n    … 30 more lines");
    expect(shown).not.toContain("line 20");
  });

  test("changes that several databases share are shown once", () => {
    const databases = Object.fromEntries(
      ["tenant-a", "tenant-b", "tenant-c"].map((name) => [name, { state: "pending", action: "update" } as const]),
    );
    const change = (database: string, after: number) => ({ path: "/q", before: 1, after, database });
    const changes = [change("tenant-a", 2), change("tenant-b", 2), change("tenant-c", 3)];
    expect(body(text(planOf([stepOf("s", { action: "update", databases, changes })])))).toBe(`  in tenant-a, tenant-b:
~   /q: 1 -> 2
  in tenant-c:
~   /q: 1 -> 3`);
  });

  test("builds without documents are one line for all databases", () => {
    const rebuilds = ["a", "b"].map((database) => ({ database, designDoc: "brood", views: ["v"], documents: 0 }));
    expect(body(text(planOf([stepOf("s", { rebuilds })])))).toBe(
      "builds v of _design/brood in a, b (no documents yet)",
    );
  });

  test.each([
    [60_000, "rebuilds by_age, by_name of _design/brood in zerglings over 60,000 documents"],
    [1, "rebuilds by_age, by_name of _design/brood in zerglings over 1 document"],
    [0, "builds by_age, by_name of _design/brood in zerglings (no documents yet)"],
  ])("a rebuild over %i documents", (documents, line) => {
    const rebuilds = [{ database: "zerglings", designDoc: "brood", views: ["by_age", "by_name"], documents }];
    expect(body(text(planOf([stepOf("s", { rebuilds })])))).toBe(line);
  });

  test.each([
    [{ bytes: 23_400_000 }, "rebuilds v of _design/brood in zerglings over 2 documents (23 MB)"],
    [{ bytes: 999 }, "rebuilds v of _design/brood in zerglings over 2 documents (999 bytes)"],
    [{ bytes: 1_250 }, "rebuilds v of _design/brood in zerglings over 2 documents (1.3 kB)"],
    [{ bytes: 999_700 }, "rebuilds v of _design/brood in zerglings over 2 documents (1.0 MB)"],
    [{ staged: true }, "rebuilds v of _design/brood in zerglings over 2 documents; the old index serves meanwhile"],
    [
      { views: Array.from({ length: 33 }, (_, i) => `v${i}`) },
      "rebuilds 33 views (v0, v1, v2, …) of _design/brood in zerglings over 2 documents",
    ],
    [
      { reuses: "brood--previous", staged: true },
      "reuses the index of _design/brood--previous for v of _design/brood in zerglings",
    ],
    [{ reuses: "other", pending: 99 }, "reuses the index of _design/other for v of _design/brood in zerglings"],
    [
      { reuses: "other", pending: 1_234 },
      "continues the index of _design/other for v of _design/brood in zerglings, which lacks 1,234 changes",
    ],
  ])("a rebuild with %o", (more, line) => {
    const rebuilds = [{ database: "zerglings", designDoc: "brood", views: ["v"], documents: 2, ...more }];
    expect(body(text(planOf([stepOf("s", { rebuilds })])))).toBe(line);
  });
});

/** The lines of the only step, without their indentation of four spaces. */
function body(shown: string): string {
  return shown
    .split("\n\n")
    .slice(1, -1)
    .join("\n\n")
    .split("\n")
    .slice(1)
    .map((line) => line.slice(4))
    .join("\n");
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
  ["Markdown", (plan) => planMarkdown(plan)],
])("as %s, no text from servers and files moves the cursor", (_, write) => {
  const shown = write(hostilePlan).replaceAll("\n", "");
  expect(shown).toContain("evil");
  expect(shown).not.toMatch(/[\p{Cc}\u202e]/u);
});

test("colours come from the style", () => {
  const style = styleFor(true, {}, {});
  expect(planText(planOf([stepOf("s")]), style)).toContain("\x1b[32m+\x1b[39m \x1b[1ms\x1b[22m: create");
});

describe("Markdown", () => {
  test("the title counts refused steps", () => {
    const plan = planOf([stepOf("a"), stepOf("b", { action: "refused" })], { changes: 1 });
    expect(planMarkdown(plan)).toMatch(/^## CouchDB plan: 1 change, 1 refused\n/);
  });

  test("each step has its own section", () => {
    const plan = planOf([
      stepOf("views", {
        action: "update",
        description: "All *views* for @everyone",
        changes: [{ path: "/q", before: 1, after: 2 }],
        rebuilds: [{ database: "zerglings", designDoc: "brood", views: ["by_age"], documents: 2000 }],
      }),
    ]);
    expect(planMarkdown(plan)).toBe(`## CouchDB plan: 1 change

<code>http://couchdb:5984</code>, CouchDB 3.5.0, set <code>default</code>: 0 to create, 1 to change, 0 to remove

<details open>
<summary><code>~</code> <b>views</b>: change database views (migrations/001.yaml:3)</summary>

All \\*views\\* for @&#8203;everyone
- **rebuilds by\\_age of \\_design/brood in zerglings over 2,000 documents**

\`\`\`diff
! /q: 1 -> 2
\`\`\`

</details>
`);
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
    const changes = [{ path: "/a", before: null, after: "```\n````\n# not a heading" }];
    expect(planMarkdown(planOf([stepOf("s", { changes })]))).toContain("\n`````diff\n");
  });

  test("a plan that is too long for a comment is truncated between steps, and says so", () => {
    const after = Array.from({ length: 20 }, (_, i) => `${i}`.repeat(100)).join("\n");
    const steps = Array.from({ length: 100 }, (_, i) =>
      stepOf(`s${i}`, { changes: [{ path: "/a", before: null, after }] }),
    );
    const comment = planMarkdown(planOf(steps));
    expect(comment.length).toBeLessThanOrEqual(longestComment);
    const whole = comment.match(/<\/details>/g)?.length ?? 0;
    expect(comment).toContain(`**${100 - whole} more steps are left out**: the plan is longer than 65,536 characters.`);
    expect(comment.match(/<details open>/g)).toHaveLength(whole);
  });
});
