/** What `doctor` decides, without a server. */
import { describe, expect, test } from "vitest";
import type { Check } from "../../src/contract/diagnosis.js";
import { clockOffset } from "../../src/couch/clock.js";
import { exitCodeOf } from "../../src/doctor/exit-code.js";
import { kindRights } from "../../src/doctor/rights.js";
import { isSupported } from "../../src/doctor/supported.js";
import { type RightsStep, type Standing, whatIsLacking } from "../../src/doctor/what-is-lacking.js";
import { kindNames } from "../../src/kinds/index.js";
import { doctorText } from "../../src/render/doctor-text.js";
import { plain } from "../../src/render/style.js";
import { diagnosisOf } from "../render/results.js";

const check = (more: Partial<Check>): Check => ({
  group: "server",
  name: "one",
  status: "ok",
  detail: "fine",
  ...more,
});
const problem = (code?: Check["code"]) => check({ status: "problem", ...(code ? { code } : {}) });

test.each<[string, readonly Check[], number]>([
  ["all is well", [check({})], 0],
  ["there are warnings", [check({ status: "warning" }), check({ status: "skipped" })], 0],
  ["CouchDB is away", [problem("unreachable")], 4],
  ["CouchDB refuses the login", [problem("unauthorized")], 4],
  ["the settings are invalid", [problem("invalid-settings")], 3],
  ["the files are invalid", [problem("invalid-input")], 3],
  ["the ledger can't be read", [problem("ledger-unreadable")], 1],
  ["a problem is not one of the command's errors", [problem()], 1],
  ["CouchDB is away, and the files are invalid", [problem("invalid-input"), problem("unreachable")], 4],
  ["the files are invalid, and the ledger can't be read", [problem("ledger-unreadable"), problem("invalid-input")], 3],
])("the exit code if %s", (_title, checks, code) => expect(exitCodeOf(checks)).toBe(code));

const noon = Date.parse("2026-05-01T12:00:00Z");
test.each<[string, string | undefined, number, number | undefined]>([
  ["none", undefined, 0, undefined],
  ["no date", "soon", 0, undefined],
  ["the same", "Fri, 01 May 2026 12:00:00 GMT", 0, 0],
  ["a second ahead, which the answer took", "Fri, 01 May 2026 12:00:01 GMT", 1_000, 0],
  ["a second behind, which the answer was delayed", "Fri, 01 May 2026 11:59:59 GMT", 0, 0],
  ["an hour ahead", "Fri, 01 May 2026 13:00:00 GMT", 0, 3_600],
  ["a minute behind", "Fri, 01 May 2026 11:58:58 GMT", 0, -60],
])("the clock offset from a Date header: %s", (_title, date, took, offset) =>
  expect(clockOffset(date, noon, noon + took)).toBe(offset),
);

test.each<[string, boolean]>([
  ["20.18.9", false],
  ["20.19.0", true],
  ["21.7.0", false],
  ["22.11.0", false],
  ["22.12.0", true],
  ["23.1.0", false],
  ["24.0.0", true],
  ["26.3.1", true],
])("Node.js %s is supported: %s", (version, supported) =>
  expect(isSupported(version, "^20.19.0 || ^22.12.0 || >=24")).toBe(supported),
);

describe("which permission a command lacks", () => {
  const step = (kind: string, ...databases: string[]): RightsStep => ({ id: "a", kind, databases });
  const standing = (db: "login" | "member" | "database admin" | undefined): Standing => ({
    user: "login",
    ledger: { database: "ledger", right: "member", own: false },
    databases: new Map(db ? [["db", db]] : []),
  });
  const lacks = (command: string, step: RightsStep, db?: Parameters<typeof standing>[0]) =>
    whatIsLacking(standing(db), [step]).find((one) => one.command === command)?.lacks ?? [];

  test.each<[RightsStep, Parameters<typeof standing>[0], string[], string[]]>([
    [step("ensureDocuments", "db"), "member", [], []],
    [step("ensureDocuments", "db"), "login", ["a member of db"], ["a member of db"]],
    [step("ensureDesignDocs", "db"), "member", [], ["an admin of db"]],
    [step("ensureDesignDocs", "db"), "database admin", [], []],
    [step("ensureDesignDocs", "db"), undefined, [], []],
    [step("ensureDatabase", "db"), undefined, [], ["a server admin"]],
    [step("ensureDatabase", "db"), "member", [], []],
    [step("removeDatabase", "db"), "database admin", [], ["a server admin"]],
    [step("ensureUser"), undefined, ["a server admin"], ["a server admin"]],
    [step("ensureDocuments", "tenant-*"), undefined, ["a server admin, to list"], ["a server admin, to list"]],
    [step("ensureUnheardOf"), undefined, ["a server admin"], ["a server admin"]],
  ])("%o as %s of db", (one, db, plan, apply) => {
    expect(lacks("plan", one, db)).toEqual(plan.map((text) => expect.stringContaining(text)));
    expect(lacks("apply", one, db)).toEqual(apply.map((text) => expect.stringContaining(text)));
  });

  test("a server admin lacks nothing; others lack the tool's own ledger if it does not exist", () => {
    const own = { ...standing("member"), ledger: { database: "couchdb-migrate", right: "login", own: true } } as const;
    expect(whatIsLacking({ ...own, user: "server admin" }, [])).toEqual([]);
    const plan = whatIsLacking(own, []).find(({ command }) => command === "plan")?.lacks;
    expect(plan).toEqual([expect.stringContaining("without it, plan compares every step with the server")]);
    expect(whatIsLacking(own, []).map(({ command }) => command)).toEqual([
      "plan",
      "status",
      "apply",
      "ledger and unlock",
      "import",
    ]);
  });

  test("the table of permissions has every kind", () => {
    expect(Object.keys(kindRights)).toEqual(kindNames);
  });
});

test("the report groups checks, and says why neighbours were skipped only once", () => {
  const away = { status: "skipped", detail: "no connection", next: "Fix it." } as const;
  const text = doctorText(
    diagnosisOf([
      check({ name: "tool", group: "machine" }),
      check({ name: "server", ...away }),
      check({ name: "clock", ...away }),
      check({
        name: "disk\u001b[2J",
        status: "problem",
        code: "disk-full",
        lines: ["evil \u001b[2J"],
        next: "Free it.",
      }),
    ]),
    plain,
  );
  expect(text).toBe(`Machine
  ok       tool: fine

Server
  skipped  server, clock: no connection
           next: Fix it.
  problem  disk\\x1b[2J: fine [disk-full]
           evil \\x1b[2J
           next: Free it.

1 problem, 1 ok, 2 skipped.
`);
});
