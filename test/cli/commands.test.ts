import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { type ErrorCode, MigrateError } from "../../src/contract/errors.js";
import { InvalidInput } from "../../src/contract/problem.js";
import type { StepAction } from "../../src/contract/results.js";
import type { FastPath } from "../../src/engine/fast.js";
import type { FirstLook } from "../../src/engine/open-server.js";
import { applyOf, planOf, stepOf } from "../render/results.js";
import { tempFolder } from "../support/temp.js";
import { type Called, type CallOptions, call, migrations, service, stubEngine } from "./call.js";

const failing = (error: unknown) => vi.fn(async () => Promise.reject(error));
const planning = (...actions: StepAction[]) => ({
  plan: async () => planOf(actions.map((action, i) => stepOf(`s${i}`, { action }))),
});
const failure = (code: ErrorCode, id = "b") => ({ id, database: null, code, message: "it broke", next: "Fix it." });

test.each([
  ["help", "--help"],
  ["help apply", "apply --help"],
  ["help ledger forget", "ledger forget --help"],
])("`%s` prints the same as `%s`", async (words, flag) => {
  const { code, stdout } = await call(words.split(" "), { env: {} });
  expect([code, stdout]).toEqual([0, (await call(flag.split(" "), { env: {} })).stdout]);
});

describe("exit codes", () => {
  test.each<[string, CallOptions, number]>([
    ["apply", {}, 0],
    ["apply", { engine: { apply: async () => applyOf({ applied: ["a"] }) } }, 0],
    ["apply", { engine: { apply: async () => applyOf({ result: "failed", failures: [failure("conflict")] }) } }, 1],
    [
      "apply",
      { engine: { apply: async () => applyOf({ result: "failed", failures: [failure("missing-permission")] }) } },
      4,
    ],
    [
      "apply",
      {
        engine: {
          apply: async () =>
            applyOf({ result: "failed", failures: [failure("missing-permission"), failure("conflict")] }),
        },
      },
      1,
    ],
    ["apply", { engine: { apply: failing(new MigrateError("unauthorized", { message: "no" })) } }, 4],
    ["apply", { engine: { apply: failing(new MigrateError("lease-held", { message: "no" })) } }, 5],
    ["apply", { engine: { apply: failing(new MigrateError("incomplete", { message: "no" })) } }, 6],
    ["apply", { engine: { apply: failing(new MigrateError("interrupted", { message: "no" })) } }, 7],
    ["apply", { engine: { apply: failing(new Error("AbortError")) }, signal: AbortSignal.abort() }, 7],
    ["apply", { engine: { apply: failing(new TypeError("oops")) } }, 1],
    ["apply", { engine: { loadMigrations: failing(new InvalidInput([])) } }, 3],
    ["apply", { env: {} }, 3],
    ["apply --format markdown", {}, 3],
    ["plan", { engine: planning("create") }, 0],
    ["plan --detailed-exitcode", { engine: planning("create") }, 2],
    ["apply --dry-run --detailed-exitcode", { engine: planning("create") }, 2],
    ["plan --detailed-exitcode", { engine: planning("none", "adopt") }, 0],
    ["plan --detailed-exitcode", { engine: planning("create", "refused") }, 1],
    ["plan", { engine: planning("refused") }, 1],
    ["plan", { engine: { plan: async () => planOf([], { refused: failure("release-refused") }) } }, 1],
    ["status", {}, 0],
    ["validate", { env: {} }, 0],
    ["wait", {}, 0],
    ["wait", { engine: { wait: failing(new MigrateError("unreachable", { message: "no" })) } }, 4],
    ["ledger forget a", {}, 0],
    ["ledger forget a", { engine: { forget: failing(new MigrateError("not-in-ledger", { message: "no" })) } }, 3],
    ["ledger accept a", {}, 0],
    ["unlock", {}, 0],
    ["schema", { env: {} }, 0],
    ["--version", { env: {} }, 0],
    ["apply --help", { env: {} }, 0],
    ["", { env: {} }, 3],
  ])("%s: case %#", async (line, options, code) => {
    expect((await call(line.split(" ").filter(Boolean), options)).code).toBe(code);
  });
});

describe("mistakes on the command line", () => {
  test.each<[string, string]>([
    [
      "aplly",
      "error[invalid-settings]: the first argument is not a command; did you mean `apply`?\n  next: See `couchdb-migrate --help`.\n",
    ],
    [
      "ledger",
      "error[invalid-settings]: `ledger` is incomplete; choose ledger forget, ledger accept, ledger release, ledger environment\n  next: See `couchdb-migrate ledger --help`.\n",
    ],
    [
      "ledger forgt a",
      "error[invalid-settings]: `ledger` has no such command; did you mean `ledger forget`?\n  next: See `couchdb-migrate ledger --help`.\n",
    ],
    [
      "ledger forget",
      "error[invalid-settings]: missing argument; usage: `ledger forget <id>`\n  next: See `couchdb-migrate ledger forget --help`.\n",
    ],
    [
      "new",
      "error[invalid-settings]: missing argument; usage: `new <name> [path]`\n  next: See `couchdb-migrate new --help`.\n",
    ],
    [
      "apply a b",
      "error[invalid-settings]: too many arguments; usage: `apply [path]`\n  next: See `couchdb-migrate apply --help`.\n",
    ],
    [
      "apply --verify=perhaps",
      "error[invalid-settings]: --verify takes no value, or `true` or `false`\n  next: See `couchdb-migrate apply --help`.\n",
    ],
    [
      "apply --dryrun",
      "error[invalid-settings]: unknown flag `--dryrun`; did you mean `--dry-run`?\n  next: See `couchdb-migrate apply --help`.\n",
    ],
    ["apply -x", "error[invalid-settings]: unknown flag `-x`\n  next: See `couchdb-migrate apply --help`.\n"],
    [
      "apply --wait 5 --lease-wait --colour",
      "- --lease-wait needs a value\n- unknown flag `--colour`; did you mean `--color`?\n- --wait: `5` needs a unit; write `5s`, or `5m`\nerror[invalid-settings]: 3 problems in the settings; nothing was sent\n  next: See `couchdb-migrate apply --help`.\n",
    ],
  ])("%s", async (line, stderr) => {
    const engine = stubEngine();
    const called = await call(line.split(" "), { engine });
    expect(called).toMatchObject({ code: 3, stdout: "", stderr });
    expect(engine.loadMigrations).not.toHaveBeenCalled();
  });
});

test("a flag may come before the command, and the last one wins", async () => {
  const engine = stubEngine();
  await call(["--verify", "--wait", "1s", "apply", "here", "--wait", "2s", "--no-verify"], { engine });
  expect(engine.loadMigrations).toHaveBeenCalledWith("here", expect.anything());
  expect(engine.apply).toHaveBeenCalledWith(expect.anything(), expect.objectContaining({ wait: 2000, verify: false }));
});

test.each([
  ["plan", "plan"],
  ["apply --dry-run", "plan"],
  ["apply --verify", "apply"],
] as const)("%s: reads from the server while the files are parsed, and continues with that", async (words, run) => {
  const engine = stubEngine();
  const reading = { look: {} as FirstLook, eachFile: async () => {} };
  const fastPath = async () => ({ startReading: async () => reading }) as unknown as FastPath;
  await call(words.split(" "), { engine, fastPath });
  expect(engine.loadMigrations).toHaveBeenCalledWith(
    "./migrations",
    expect.objectContaining({ eachFile: reading.eachFile }),
  );
  expect(vi.mocked(engine[run]).mock.lastCall).toEqual([expect.anything(), expect.anything(), reading.look]);
});

test("the library gets all settings", async () => {
  const engine = stubEngine();
  const signal = new AbortController().signal;
  const files = {
    "couchdb-migrate.yaml":
      "set: billing\nledgerDatabase: ledger\nconcurrency: 3\nbuilds: 2\nallowDestroy: true\npath: ./m\npolicies: { removals: warn }\n",
  };
  const env = {
    ...service,
    COUCHDB_PREVIOUS_PASSWORD: "alt",
    COUCHDB_MIGRATE_LEASE_TTL: "10s",
    COUCHDB_MIGRATE_WAIT: "45s",
    COUCHDB_MIGRATE_ALLOW_REVERT: "true",
  };
  await call(["apply", "--timeout", "5m", "--lease-wait", "1m", "--request-timeout", "5s"], {
    engine,
    files,
    env,
    signal,
  });
  const scope = { env: expect.objectContaining(env), environments: [], variables: {} };
  const loading = { ...scope, signal, emit: expect.any(Function) };
  expect(engine.loadMigrations).toHaveBeenCalledWith("m", loading);
  expect(engine.apply).toHaveBeenCalledWith(migrations("m"), {
    connection: {
      url: "http://couchdb:5984",
      username: "overlord",
      password: "geheim",
      previousPassword: "alt",
      requestTimeout: 5000,
    },
    set: "billing",
    policies: { removals: { action: "warn" } },
    ledgerDatabase: "ledger",
    wait: 45_000,
    verify: false,
    allowDestroy: true,
    allowRevert: true,
    concurrency: 3,
    builds: 2,
    leaseTtl: 10_000,
    leaseWait: 60_000,
    onOlder: "skip",
    scriptTimeout: 60_000,
    timeout: 300_000,
    emit: expect.any(Function),
    signal,
  });
});

test.each<[string, (called: Called) => void]>([
  ["plan --format json", ({ stdout }) => expect(JSON.parse(stdout)).toMatchObject({ formatVersion: 1, changes: 0 })],
  [
    "apply --format json",
    ({ stdout }) => expect(JSON.parse(stdout)).toMatchObject({ formatVersion: 1, result: "unchanged" }),
  ],
  [
    "apply --dry-run --format json",
    ({ stdout }) => expect(JSON.parse(stdout)).toMatchObject({ formatVersion: 1, changes: 0 }),
  ],
  ["status --format json", ({ stdout }) => expect(JSON.parse(stdout)).toMatchObject({ formatVersion: 1, lease: null })],
  [
    "validate --format json",
    ({ stdout }) => expect(JSON.parse(stdout)).toMatchObject({ formatVersion: 1, valid: true, steps: 1 }),
  ],
  ["plan", ({ stdout }) => expect(stdout).toContain("Nothing to do: CouchDB matches the files.\n")],
  ["plan --format markdown", ({ stdout }) => expect(stdout).toContain("## CouchDB plan: no changes")],
  ["status", ({ stdout }) => expect(stdout).toContain("The lease is free.")],
  ["validate", ({ stdout }) => expect(stdout).toBe("1 file, 1 step: valid\n")],
  ["wait", ({ stdout }) => expect(stdout).toBe("CouchDB is ready.\n")],
  [
    "ledger forget a",
    ({ stdout }) =>
      expect(stdout).toContain("a is no longer in the ledger. If it is still in the files, it is pending again."),
  ],
  ["ledger accept a", ({ stdout }) => expect(stdout).toBe("a: the form in the files is now recorded as applied.\n")],
  ["unlock", ({ stdout }) => expect(stdout).toBe("The lease is free; there was nothing to release.\n")],
  ["completion fish", ({ stdout }) => expect(stdout).toContain("complete -c couchdb-migrate")],
  ["schema", ({ stdout }) => expect(JSON.parse(stdout)).toHaveProperty("$schema")],
  ["--get-yargs-completions couchdb-migrate plan --log-format", ({ stdout }) => expect(stdout).toContain("json")],
])("stdout holds one document: %s", async (line, check) => {
  const called = await call(line.split(" "), { env: { ...service, SHELL: "/bin/bash" } });
  expect(called).toMatchObject({ code: 0, stderr: "" });
  check(called);
});

test("--out writes the plan to a file, without color, and says so on stderr", async () => {
  const called = await call(["plan", "--out", "plan.txt", "--color"]);
  expect(called.stdout).toBe("");
  expect(called.stderr).toContain("; written to plan.txt\n");
  expect(await readFile(join(called.folder, "plan.txt"), "utf8")).not.toContain("\x1b");
});

test("problems in the input are listed with their location", async () => {
  const position = { file: "m/1.yaml", line: 2, column: 3 };
  const problem = { ...position, code: "unknown-step", message: "unknown kind `ensureDb`", text: "ensureDb:" };
  const engine = { loadMigrations: failing(new InvalidInput([problem])) };
  const text = await call(["validate"], { engine });
  expect(text).toMatchObject({ code: 3, stdout: "" });
  expect(text.stderr).toContain(
    "m/1.yaml:2:3: unknown kind `ensureDb`\n    ensureDb:\nerror[invalid-input]: 1 problem in",
  );
  const json = await call(["validate", "--format", "json"], { engine });
  expect(JSON.parse(json.stdout)).toEqual({ formatVersion: 1, valid: false, problems: [problem] });
  expect(json).toMatchObject({ code: 3, stderr: "" });
});

test("validate warns about a step that CouchDB undoes", async () => {
  const { loadMigrations } = await import("../../src/index.js");
  const step =
    "- id: auth\n  ensureDesignDocs:\n    database: _users\n    docs: { _auth: { filters: {} }, own: { filters: {} } }\n";
  const folder = await tempFolder({ "migrations/001.yaml": step });
  const loadOwn = () => loadMigrations(`${folder}/migrations`, { env: {} });
  const text = await call(["validate"], { engine: { loadMigrations: loadOwn } });
  expect(text.stdout).toMatch(
    /^warning: .*001\.yaml:1: _design\/_auth in _users belongs to CouchDB: .*\n1 file, 1 step: valid\n$/,
  );
  const json = await call(["validate", "--format", "json"], { engine: { loadMigrations: loadOwn } });
  expect(JSON.parse(json.stdout)).toMatchObject({ valid: true, warnings: [{ id: "auth", line: 1 }] });
});

describe("a variable without a value", () => {
  const files = {
    "migrations/001.yaml":
      "- id: kerrigan\n  ensureUser: { name: '${NAME}', password: '${PASSWORD}-${file:/run/missing}', roles: ['${NAME}'] }\n",
  };
  const run = async (line: string, env = {}) => {
    const { loadMigrations } = await import("../../src/index.js");
    return call(line.split(" "), { env: { ...service, ...env }, files, engine: { loadMigrations } });
  };

  test("is reported once by validate", async () => {
    const text = await run("validate");
    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout).toBe(
      "note: NAME, PASSWORD, file:/run/missing are not set: the fields that use them were not checked; apply needs every value\n1 file, 1 step: valid\n",
    );
    const json = await run("validate --format json");
    expect(JSON.parse(json.stdout)).toMatchObject({ valid: true, unset: ["NAME", "PASSWORD", "file:/run/missing"] });
  });

  test("is not reported if every variable has a value", async () => {
    const json = await run("validate --format json", { NAME: "kerrigan", PASSWORD: "creep-and-more" });
    expect(JSON.parse(json.stdout)).toMatchObject({ valid: true, unset: ["file:/run/missing"] });
  });

  test.each([
    ["validate --require-variables", {}, 4],
    ["plan --require-variables", { NAME: "kerrigan" }, 2],
    ["plan", {}, 2],
    ["plan", { NAME: "kerrigan" }, 0],
    ["apply", { NAME: "kerrigan" }, 2],
    ["apply --dry-run", { NAME: "kerrigan" }, 2],
    ["status", {}, 2],
    ["status", { NAME: "kerrigan" }, 0],
    ["status --require-variables", { NAME: "kerrigan" }, 2],
    ["ledger accept kerrigan", { NAME: "kerrigan" }, 2],
  ])("%s with %o: %i problems", async (line, env, problems) => {
    const { code, stderr } = await run(line, env);
    expect(code).toBe(problems > 0 ? 3 : 0);
    expect([...stderr.matchAll(/001\.yaml:2:\d+: /g)]).toHaveLength(problems);
  });
});

test("unlock says who held the released leases", async () => {
  const holder = "pod-1\x1b[2J";
  const since = "2030-01-01T00:00:00Z";
  const part = { step: "legs", number: 2, holder: "pod-2", since };
  const [own, ofPart] = [
    `Released the lease of pod-1\\x1b[2J, held since ${since}.`,
    `Released the lease of pod-2 for part 2 of legs, held since ${since}.`,
  ];
  const printed = async (parts: (typeof part)[], lease: { holder: string; since: string } | null) =>
    (await call(["unlock"], { engine: { unlock: async () => ({ lease, parts }) } })).stdout;
  expect(await printed([], { holder, since })).toBe(`${own}\n`);
  expect(await printed([part], { holder, since })).toBe(`${own}\n${ofPart}\n`);
  expect(await printed([part], null)).toBe(`${ofPart}\n`);
});

describe("secrets", () => {
  const leak = "it said geheim alt-geheim and http://overlord:geheim@couchdb";
  const env = {
    ...service,
    COUCHDB_PREVIOUS_PASSWORD: "alt-geheim",
    COUCHDB_MIGRATE_TERMINATION_LOG: "termination.log",
  };
  const allOf = async ({ folder, stdout, stderr }: Called) => {
    const file = (name: string) => readFile(join(folder, name), "utf8").catch(() => "");
    return `${stdout}${stderr}${await file("plan.out")}${await file("termination.log")}`;
  };

  test.each(["pretty", "json"])(
    "do not appear in the output about an exception, with the %s log format",
    async (format) => {
      const wait = failing(new TypeError(leak));
      const called = await call(["wait", "--log-level", "trace", "--log-format", format], { env, engine: { wait } });
      const all = await allOf(called);
      expect(all).toContain("***");
      expect(all).toMatch(/commands\.test\.ts:\d/);
      expect(all).not.toContain("geheim");
    },
  );

  // Ids, file names, keys, positions and text that are not secret, but may look like a secret.
  const like = (text: string): NonNullable<CallOptions["engine"]> => ({
    plan: async () =>
      planOf([
        stepOf(`${text}-account`, {
          file: `missing-${text}-file.yaml`,
          changes: [
            { path: `/${text}`, before: null, after: { [text]: `if (${text} !== true)`, partitioned: true, n: 1 } },
          ],
          notes: [`the step ${text} is new`],
          databases: { [text]: { state: "pending", action: "create" } },
        }),
      ]),
    apply: async (_, { emit }) => {
      emit?.({ type: "step-begin", id: `${text}-account`, kind: "ensureUser", title: `user ${text}` });
      return applyOf({ result: "failed", failures: [failure("conflict", `${text}-account`)] });
    },
  });

  test.each([
    ["admin", "plan"],
    ["admin", "plan --format json"],
    ["admin", "plan --format markdown"],
    ["admin", "plan --format json --out plan.out --log-format json"],
    ["admin", "apply --format json --log-format json --log-level trace"],
    ["admin", "apply --log-level trace"],
    ["true", "plan --format json"],
    ["1", "plan --format json"],
    ["secret", "plan"],
    ["COUCHDB_USERNAME_FILE", "plan"],
    ["COUCHDB_USERNAME_FILE", "apply --log-level trace"],
  ])("with the value `%s` do not garble the output of %s", async (secret, line) => {
    const printed = async (password: string) =>
      (
        await allOf(await call(line.split(" "), { env: { ...env, COUCHDB_PASSWORD: password }, engine: like(secret) }))
      ).replaceAll(/"time":"[^"]*"/g, "");
    const all = await printed(secret);
    expect(all).toContain(secret);
    expect(all).toBe(await printed("Zq7-another-one"));
  });

  test("no message contains a URL with credentials", async () => {
    const called = await call(["wait", "--url", "http://overlord:geheim@couchdb", "--wait", "x"], { env: {} });
    expect(called.code).toBe(3);
    expect(called.stderr).toContain("--url contains credentials, which the process list shows");
    expect(called.stderr).not.toContain("geheim");
  });
});

describe("the termination message", () => {
  test.each<[string, CallOptions["engine"], string]>([
    ["apply", { apply: async () => applyOf({ applied: ["a"], unchanged: ["b"] }) }, "Applied 1 step; 1 unchanged.\n"],
    [
      "apply",
      { apply: async () => applyOf({ result: "failed", failures: [failure("conflict")], notReached: ["c"] }) },
      "Failed: b; applied 0 steps; 1 not started. b: it broke. Fix it.\n",
    ],
    [
      "wait",
      { wait: failing(new MigrateError("unreachable", { message: "no answer\nat all.", next: "Start it." })) },
      "unreachable: no answer\\nat all. Start it.\n",
    ],
    ["plan", {}, "Planned: 0 to create, 0 to change, 0 to remove.\n"],
  ])("%s: case %#", async (line, engine = {}, message) => {
    const { folder } = await call([line, "--termination-log", "termination.log"], { engine });
    expect(await readFile(join(folder, "termination.log"), "utf8")).toBe(message);
  });

  test("also reports invalid settings", async () => {
    const { folder } = await call(["apply", "--termination-log", "termination.log", "--wait", "5"]);
    expect(await readFile(join(folder, "termination.log"), "utf8")).toMatch(
      /^invalid-settings: --wait: `5` needs a unit/,
    );
  });
});

describe("status without migration files", () => {
  test("shows only the ledger", async () => {
    const engine = { ...stubEngine(), loadMigrations: failing(new Error("not to be called")) };
    expect((await call(["status"], { engine })).code).toBe(0);
    expect(engine.status).toHaveBeenCalledWith(undefined, expect.anything());
  });

  test.each<[string[], CallOptions]>([
    [["status", "nowhere"], {}],
    [["status"], { env: { ...service, COUCHDB_MIGRATE_PATH: "./migrations" } }],
    [["status"], { files: { "couchdb-migrate.yaml": "path: ./migrations\n" } }],
    [["status"], { files: { "migrations/001.yaml": "[]\n" } }],
  ])("%j reads the files that exist or were named: case %#", async (argv, options) => {
    const engine = stubEngine();
    await call(argv, { ...options, engine });
    expect(engine.loadMigrations).toHaveBeenCalled();
  });

  test("unlock needs no migration files", async () => {
    const engine = { ...stubEngine(), loadMigrations: failing(new Error("not to be called")) };
    expect((await call(["unlock"], { engine })).code).toBe(0);
  });
});
