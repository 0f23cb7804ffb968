/** The screen of `dev`. */
import { describe, expect, test } from "vitest";
import type { DevHeader, DevRound } from "../../src/contract/dev.js";
import { MigrateError } from "../../src/contract/errors.js";
import { InvalidInput } from "../../src/contract/problem.js";
import { devBlock, devScreen } from "../../src/render/dev-text.js";
import { plain } from "../../src/render/style.js";
import { applyOf, lintOf, testsOf } from "./results.js";

const header: DevHeader = {
  url: "http://dev:dev@127.0.0.1:5984",
  server: "embedded; data in .couchdb-migrate/dev",
  set: "default",
  path: "./migrations",
  keys: true,
};
const at = new Date(2026, 4, 1, 9, 5, 7);
const empty: DevRound = { at, places: new Map(), written: [], orphans: [], errors: {} };
const screen = (round: Partial<DevRound>, columns = 80, rows?: number) =>
  devScreen(header, { ...empty, ...round }, plain, { columns, rows });

const problem = {
  file: "migrations/001.yaml",
  line: 4,
  column: 3,
  code: "unknown-kind",
  message: "unknown kind `ensureDesignDoc`; did you mean `ensureDesignDocs`?",
  text: "ensureDesignDoc",
};

test("names the server, the set, the folder and the keys, and when the round began", () => {
  expect(screen({ loaded: { files: 1, steps: 2 } })).toEqual([
    "couchdb-migrate dev · set default · ./migrations · r reset · q quit",
    "http://dev:dev@127.0.0.1:5984 (embedded; data in .couchdb-migrate/dev)",
    "",
    "files    1 file, 2 steps: valid",
    "",
    "09:05:07 waiting for changes",
  ]);
  expect(screen({ doing: "applying database zerglings" }).at(-1)).toBe("09:05:07 applying database zerglings");
});

test("shows what the files have wrong, with its place, within the columns of the terminal", () => {
  const errors = { files: new InvalidInput([problem]) };
  expect(screen({ errors }).slice(3, 7)).toEqual([
    "files    1 problem",
    "         migrations/001.yaml:4:3: unknown kind `ensureDesignDoc`; did you mean",
    "           `ensureDesignDocs`?",
    "           ensureDesignDoc",
  ]);
  for (const columns of [40, 80, 120]) {
    for (const line of screen({ errors }, columns)) expect(line.length).toBeLessThan(columns);
  }
});

test("shows a failed step with its place in the files and what to do, and orphaned steps, but no warning of a revert", () => {
  const failure = { id: "brood", database: null, code: "refused", message: "it would destroy", next: "Allow it." };
  const warnings = [
    { code: "reverted", message: "older" },
    { code: "n-above-nodes", message: "n is 1", id: "brood" },
  ];
  const orphan = { id: "old", kind: "ensureDatabase", objects: ["database/old"], note: "", forget: "" };
  const applied = applyOf({ result: "failed", failures: [failure], warnings });
  const lines = screen({ applied, places: new Map([["brood", "m/1.yaml:3:5"]]), orphans: [orphan] }, 200);
  expect(lines.slice(4, -2).map((line) => line.trim())).toEqual([
    "m/1.yaml:3:5: brood: it would destroy",
    "next: Allow it.",
    "m/1.yaml:3:5: warning: n is 1",
    "orphaned: old is no longer in the files; database/old stays on the server; a reset removes what the set created",
  ]);
});

test("shows lint findings, results of tests and a server that is away", () => {
  const away = new MigrateError("unreachable", { message: "CouchDB is away", next: "Start it." });
  const lines = screen({ lint: lintOf(), tests: testsOf(), errors: { apply: away } }, 200);
  const names = lines.flatMap((line) => /^(lint|apply|tests) /.exec(line)?.[1] ?? []);
  expect(names).toEqual(["lint", "apply", "tests"]);
  expect(lines).toEqual(expect.arrayContaining(["apply    CouchDB is away", "         next: Start it."]));
});

describe("a screen that is too low", () => {
  const problems = Array.from({ length: 30 }, (_, i) => ({ ...problem, line: i + 1 }));
  test("keeps its head and its foot, and says how much is missing", () => {
    const lines = screen({ errors: { files: new InvalidInput(problems) } }, 120, 12);
    expect(lines).toHaveLength(12);
    expect(lines[0]).toMatch(/^couchdb-migrate dev/);
    expect(lines.at(-3)).toMatch(/^… \d+ more lines; enlarge the window$/);
    expect(lines.at(-1)).toBe("09:05:07 waiting for changes");
  });
});

test("asks whether what a reset removes may be removed", () => {
  const plan = { databases: [{ name: "a", documents: 12 }], objects: ["user kerrigan"], stays: [] };
  const lines = devScreen(header, empty, plain, { columns: 100 }, plan);
  expect(lines).toEqual(
    expect.arrayContaining(["Would be removed:", "  - database a, with 12 documents", "  - user kerrigan"]),
  );
  expect(lines.at(-1)).toBe("Remove 1 database with 12 documents, and user kerrigan from 127.0.0.1:5984? y/N");
});

test("text from files can't move the cursor", () => {
  const lint = lintOf([{ ...finding, message: "\u001b[2J gone" }]);
  expect(screen({ lint }).join("\n")).toContain("\\x1b[2J gone");
});

test("without a terminal, a round is a block", () => {
  expect(devBlock({ ...empty, loaded: { files: 1, steps: 1 } }, plain, 80)).toBe(
    "09:05:07\nfiles    1 file, 1 step: valid\n\n",
  );
});

const finding = {
  rule: "emit-doc",
  severity: "warning",
  message: "",
  file: "m/1.yaml",
  line: 1,
  column: 1,
  id: "a",
} as const;
