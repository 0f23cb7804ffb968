import { expect, test } from "vitest";
import type { ApplyResult, OlderFiles } from "../../src/contract/results.js";
import { applyText } from "../../src/render/apply-text.js";
import { statusText } from "../../src/render/status-text.js";
import { plain } from "../../src/render/style.js";
import { applyOf, orphanOf, statusOf } from "./results.js";

const older: OlderFiles = { by: "version", reason: "a newer version was started or applied", next: "Go back." };

test.each<[string, Partial<ApplyResult>, string]>([
  [
    "nothing to do",
    { result: "unchanged", unchanged: ["a", "b"] },
    "Nothing to do: 2 steps unchanged. (1.2 s, 12 reads, 1 write)\n",
  ],
  ["a removal", { applied: ["a", "b"], removed: ["b"] }, "Applied 2 steps (1 removal). (1.2 s, 12 reads, 1 write)\n"],
  [
    "a step that already holds",
    { result: "unchanged", adopted: ["a"] },
    "Adopted 1 step. (1.2 s, 12 reads, 1 write)\n",
  ],
  [
    "something done",
    { applied: ["a"], adopted: ["b"], unchanged: ["c"] },
    "Applied 1 step, adopted 1; 1 unchanged. (1.2 s, 12 reads, 1 write)\n",
  ],
  [
    "a pattern that matches nothing",
    { result: "unchanged", unmatched: ["a"], unchanged: ["c"] },
    "Nothing to do: 1 step without a matching database, 1 unchanged. (1.2 s, 12 reads, 1 write)\n",
  ],
  [
    "files that are older than what is applied",
    { result: "older", skipped: ["a", "b"], older },
    `NOT APPLIED: these files are older than what is applied (a newer version was started or applied); 2 steps skipped. (1.2 s, 12 reads, 1 write)
  skipped: a, b
  next: Go back.
`,
  ],
  [
    "files that became older during the run",
    { result: "older", applied: ["a"], skipped: ["a", "b"], older },
    `NOT APPLIED: these files are older than what is applied (a newer version was started or applied); applied 1 step; 2 skipped. (1.2 s, 12 reads, 1 write)
  skipped: a, b
  next: Go back.
`,
  ],
  [
    "a failure",
    {
      result: "failed",
      applied: ["a"],
      notReached: ["c"],
      failures: [
        { id: "b\x07", database: "tenant-a", code: "conflict", message: "it was changed", next: "Run again." },
      ],
    },
    `Failed: b\\x07; applied 1 step; 1 not started. (1.2 s, 12 reads, 1 write)
  not started: c
  b\\x07 in tenant-a: it was changed [conflict]
    next: Run again.
`,
  ],
  [
    "out of time during a build",
    { result: "incomplete", applied: ["a"], unfinished: ["b\x07"], notReached: ["c"] },
    `Incomplete: applied 1 step; 1 unfinished, 1 not started. (1.2 s, 12 reads, 1 write)
  unfinished: b\\x07
  not started: c
`,
  ],
  [
    "interrupted between two steps",
    { result: "interrupted", applied: ["a"], notReached: ["c"] },
    "Interrupted: applied 1 step; 1 not started. (1.2 s, 12 reads, 1 write)\n  not started: c\n",
  ],
  [
    "a part, while others are still open",
    { applied: [], part: { step: "legs\x07", number: 2, of: 4, open: [1, 3], left: ["c"] } },
    `Part 2 of 4 of legs\\x07 is done; parts left: 1, 3. (1.2 s, 12 reads, 1 write)
  pending, for an apply without --part: c
`,
  ],
  [
    "the last part",
    { applied: ["legs"], part: { step: "legs", number: 2, of: 2, open: [], left: [] } },
    "Part 2 of 2 of legs is done, and so are all others. Applied 1 step. (1.2 s, 12 reads, 1 write)\n",
  ],
  [
    "a part with nothing to do",
    { result: "unchanged", part: { step: null, number: 1, of: 2, open: null, left: ["c"] } },
    `No pending step can be done in parts. (1.2 s, 12 reads, 1 write)
  pending, for an apply without --part: c
`,
  ],
  [
    "a part that was stopped",
    { result: "incomplete", unfinished: ["legs"], part: { step: "legs", number: 1, of: 2, open: null, left: [] } },
    "Incomplete: applied 0 steps; 1 unfinished. (1.2 s, 12 reads, 1 write)\n  unfinished: legs\n",
  ],
])("the text of an apply: %s", (_, result, text) => {
  expect(applyText(applyOf(result), plain)).toBe(text);
});

test("the text of a status", () => {
  const run = {
    holder: "pod-1",
    version: "0.1.0",
    result: "applied",
    applied: ["a"],
    adopted: [],
    failures: [],
  } as const;
  const status = statusOf({
    steps: [
      { id: "zerglings", kind: "ensureDatabase", state: "applied", appliedAt: "2030-01-02T03:04:05.000Z", notes: [] },
      {
        id: "views\x1b[2J",
        kind: "ensureDesignDocs",
        state: "pending",
        appliedAt: null,
        notes: ["the database is gone"],
      },
    ],
    orphans: [orphanOf("gone")],
    lease: { holder: "pod-2", since: "2030-01-03T00:00:00.000Z", millisecondsHeld: 4_000 },
    parts: [
      { step: "legs\x07", number: 2, holder: "pod-3\x07", since: "2030-01-03T00:00:00.000Z", millisecondsHeld: 9_000 },
      { step: "legs\x07", number: 3, holder: "pod-4", since: "?" },
    ],
    runs: [
      {
        ...run,
        startedAt: "2030-01-02T12:00:00.000Z",
        milliseconds: 2_000,
        result: "failed",
        part: { step: "legs\x07", number: 2, of: 4 },
        applied: [],
        failures: [{ id: "legs\x07", code: "step-failed" }],
      },
      { ...run, startedAt: "2030-01-01T00:00:00.000Z", milliseconds: 100 },
      {
        ...run,
        startedAt: "2030-01-02T00:00:00.000Z",
        milliseconds: 65_000,
        result: "failed",
        failures: [{ id: "b", code: "conflict" }],
      },
    ],
  });
  expect(statusText(status, plain)).toBe(`Status of http://couchdb:5984 (CouchDB 3.5.0), set default

  applied  zerglings     ensureDatabase    2030-01-02T03:04:05.000Z
  pending  views\\x1b[2J  ensureDesignDocs
      note: the database is gone

2 steps: 1 applied, 1 pending

next: \`plan\` shows what \`apply\` would do.

In the ledger, but no longer in the files:
  gone: database/gone stays; a \`removeDatabase\` step deletes it
To forget it without changing the server: \`couchdb-migrate ledger forget gone\`

The lease is held by pod-2 since 2030-01-03T00:00:00.000Z, for 4 s.
Part 2 of legs\\x07 is held by pod-3\\x07 since 2030-01-03T00:00:00.000Z, for 9 s.
Part 3 of legs\\x07 is held by pod-4 since ?.

Last runs:
  2030-01-02T12:00:00.000Z  failed: part 2 of 4 of legs\\x07 (2 s, pod-1, couchdb-migrate 0.1.0)
  2030-01-02T00:00:00.000Z  failed: b; 1 applied (1 min 5 s, pod-1, couchdb-migrate 0.1.0)
  2030-01-01T00:00:00.000Z  applied: 1 applied (100 ms, pod-1, couchdb-migrate 0.1.0)
`);
});

test("the status of a drifted step says how to show and repair the drift", () => {
  const step = { id: "a", kind: "ensureDatabase", state: "drifted", appliedAt: null, notes: [] } as const;
  expect(statusText(statusOf({ steps: [step] }), plain)).toContain(
    "1 step: 1 drifted\n\nnext: `plan` shows the drift, and `apply --verify` repairs it.\n",
  );
});

test("the status of older files says NOT APPLIED, and names objects that another set also claims", () => {
  const text = statusText(
    statusOf({
      steps: [{ id: "a", kind: "ensureDatabase", state: "older", appliedAt: null, notes: [] }],
      older,
      release: "7",
      warnings: [{ code: "claimed-by-two-sets", message: "the set b claims database/a, too", id: "a" }],
    }),
    plain,
  );
  expect(text).toContain(
    "NOT APPLIED: these files are older than what is applied (a newer version was started or applied)",
  );
  expect(text).toContain("Go back.");
  expect(text).toContain("Release: 7");
  expect(text).toContain("warning: a: the set b claims database/a, too");
});
