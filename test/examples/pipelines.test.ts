/** The pipelines for GitHub and GitLab: what is in them, and their commands, run in a project against a server. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loginEnv, root } from "../support/cli.js";
import { type Embedded, startEmbedded } from "../support/embedded.js";
import { request } from "../support/request.js";
import { only } from "../support/schemas.js";
import { tempFolder } from "../support/temp.js";
import { exampleFiles, files } from "../workflows/workflows.js";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const read = (file: string) => parse(readFileSync(join(root, "examples", file), "utf8"));
/** @param job its position in the file */
const stepsOf = (file: string, job = 0): readonly Step[] =>
  Object.values<{ steps: Step[] }>(read(file).jobs)[job]?.steps ?? [];
const gitlab = read("gitlab/.gitlab-ci.yml");

/** The script of the step that calls the tool. GitLab joins the lines of a job in the same way. */
const onGitHub = (file: string, job = 0) =>
  stepsOf(file, job).find(({ run }) => run?.includes("couchdb-migrate"))?.run ?? "";
const onGitLab = (job: string): string => gitlab[job].script.join("\n");

describe.each([
  "github/plan.yml",
  "github/plan-without-action.yml",
  "github/lint.yml",
  "github/apply.yml",
  "github/approve.yml",
])("%s", (file) => {
  it("installs what the lock file names before it runs anything, and has no secrets while it does", () => {
    const steps = stepsOf(file);
    const install = steps.findIndex(({ run }) => run === "npm ci");
    expect(install).toBeGreaterThan(-1);
    expect(steps.findIndex(({ run, uses }) => (run ?? uses)?.includes("couchdb-migrate"))).toBeGreaterThan(install);
    expect(steps[install]?.env).toBeUndefined();
    expect(Object.values<{ env?: object }>(read(file).jobs).flatMap(({ env }) => env ?? [])).toEqual([]);
  });
});

it("the workflows use the same actions as our own, with the same commits", () => {
  const pins = (files: readonly string[]) =>
    files.flatMap((file) => {
      const uses = readFileSync(file, "utf8").match(/uses: \S+@\S+ # \S+$/gm) ?? [];
      // A repository may have several actions.
      return uses.map((one) => one.replace(/^(uses: [^/]+\/[^/@]+)[^@]*/, "$1"));
    });
  expect(pins(exampleFiles)).toHaveLength(15);
  expect(pins(files)).toEqual(expect.arrayContaining(pins(exampleFiles)));
});

/** The GitLab keywords that we use; packages with the full schema have many megabytes. */
const takes = (() => {
  const text = { type: "string", minLength: 1 };
  const list = { type: "array", minItems: 1, items: text };
  const rules = { type: "array", items: only({ if: text, changes: list }) };
  const artifacts = only({ expose_as: text, paths: list, when: { enum: ["on_success", "on_failure", "always"] } });
  const job = only({ rules, script: list, artifacts, resource_group: text, environment: text, timeout: text });
  const schema = { ...only({ default: only({ image: text, before_script: list }) }), additionalProperties: job };
  return new Ajv().compile(schema);
})();

it("GitLab knows every keyword of .gitlab-ci.yml, installs first, and applies one job after another", () => {
  expect(takes(gitlab), JSON.stringify(takes.errors)).toBe(true);
  expect(takes({ ...gitlab, a: { scripts: ["b"] } })).toBe(false);
  expect(gitlab.default.before_script).toEqual(["npm ci"]);
  expect(gitlab["couchdb-apply"].resource_group).toBeDefined();
});

/** A checkout with this one file, where `npx` finds the built tool. Runs the script like a CI runner. */
async function checkout(server: Embedded, yaml: string) {
  const folder = await tempFolder({ "migrations/001.yaml": yaml });
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], { cwd: folder });
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "--message", "first");
  const CI_COMMIT_TIMESTAMP = git("log", "-1", "--format=%cI").toString().trim();
  const cli = `"${process.execPath}" "${join(root, "dist/cli.cjs")}"`;
  const summary = join(folder, "summary.md");
  const run = (script: string) => {
    expect(script).toContain("npx --no-install couchdb-migrate");
    const env = {
      PATH: process.env.PATH,
      ...loginEnv(server.url, server.admin),
      CI_COMMIT_TIMESTAMP,
      GITHUB_STEP_SUMMARY: summary,
    };
    const command = script.replaceAll("npx --no-install couchdb-migrate", cli);
    const child = spawn("bash", ["-eo", "pipefail", "-c", command], { cwd: folder, env, stdio: "ignore" });
    return once(child, "close").then(([code]) => code);
  };
  return { run, plan: () => join(folder, "plan.md"), summary: () => readFileSync(summary, "utf8") };
}

describe("the commands of github/approve.yml", () => {
  const [plan, apply] = [onGitHub("github/approve.yml"), onGitHub("github/approve.yml", 1)];
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded();
  });
  afterAll(() => server.close());

  it("plan, show, and apply that plan", async () => {
    const { run, summary } = await checkout(server, "- id: zerglings\n  ensureDatabase:\n    name: zerglings\n");
    expect(await run(plan)).toBe(0);
    expect(summary()).toContain("zerglings");
    expect((await request(server, "GET", "/zerglings")).status).toBe(404);
    expect(await run(apply)).toBe(0);
    expect((await request(server, "GET", "/zerglings")).status).toBe(200);
  });

  it("apply nothing if the server has changed since", async () => {
    const yaml = "- id: access\n  ensureSecurity: { database: spire, members: { roles: [drone] } }\n";
    const { run } = await checkout(server, yaml);
    const security = (role: string) =>
      request(server, "PUT", "/spire/_security", { body: { members: { roles: [role] } } });
    await request(server, "PUT", "/spire");
    await security("queen");
    expect(await run(plan)).toBe(0);
    await security("overlord");
    expect(await run(apply)).toBe(1);
    expect((await request(server, "GET", "/spire/_security")).body.members.roles).toEqual(["overlord"]);
  });

  it("show a plan with refused steps, and fail", async () => {
    await request(server, "PUT", "/nest");
    const { run, summary } = await checkout(server, "- id: nest-gone\n  removeDatabase:\n    name: nest\n");
    expect(await run(plan)).toBe(1);
    expect(summary()).toContain("nest-gone");
  });
});

const pipelines: readonly [string, string, string][] = [
  ["GitHub", onGitHub("github/plan-without-action.yml"), onGitHub("github/apply.yml")],
  ["GitLab", onGitLab("couchdb-plan"), onGitLab("couchdb-apply")],
];

describe.each(pipelines)("the commands for %s", (_, plan, apply) => {
  let server: Embedded;
  beforeAll(async () => {
    server = await startEmbedded();
  });
  afterAll(() => server.close());

  const project = (yaml: string) => checkout(server, yaml);

  it("plan, apply, and plan again with nothing pending", async () => {
    const { run, plan: file } = await project("- id: zerglings\n  ensureDatabase:\n    name: zerglings\n");
    expect(await run(plan)).toBe(0);
    expect(readFileSync(file(), "utf8")).toContain("zerglings");
    expect((await request(server, "GET", "/zerglings")).status).toBe(404);
    expect(await run(apply)).toBe(0);
    expect((await request(server, "GET", "/zerglings")).status).toBe(200);
    expect(await run(plan)).toBe(0);
    expect(readFileSync(file(), "utf8")).toMatch(/no changes|nothing/i);
  });

  it("a rerun of an old apply fails, and leaves what is newer", async () => {
    const withRole = (role: string) =>
      project(
        `- id: nydus\n  ensureDatabase: { name: nydus }\n- id: access\n  ensureSecurity: { database: nydus, members: { roles: [${role}] } }\n`,
      );
    const [old, newer] = [await withRole("drone"), await withRole("queen")];
    expect([await old.run(apply), await newer.run(apply), await old.run(apply)]).toEqual([0, 0, 1]);
    const { body } = await request(server, "GET", "/nydus/_security");
    expect(JSON.stringify(body)).toContain("queen");
  });

  it("plan fails on invalid files, and on a change that would be refused", async () => {
    const invalid = await project("- id: zerglings\n  ensureDatabse:\n    name: zerglings\n");
    expect(await invalid.run(plan)).toBe(3);
    expect(existsSync(invalid.plan())).toBe(false);
    const refused = await project("- id: zerglings-gone\n  removeDatabase:\n    name: zerglings\n");
    expect(await refused.run(plan)).toBe(1);
    expect(readFileSync(refused.plan(), "utf8")).toContain("zerglings-gone");
  });
});
