/** Our own rules for workflows, which neither actionlint nor GitHub's schema has. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../support/cli.js";
import { files, jobs, workflows } from "./workflows.js";

const lines = workflows().flatMap(({ name, text }) =>
  text.split("\n").map((line, at) => ({ at: `${name}:${at + 1}`, line })),
);
const uses = lines.filter(({ line }) => /^\s*(- )?uses: /.test(line)).map(({ at, line }) => [at, line.trim()] as const);
const commit = /uses: (?<action>[\w-]+\/[\w./-]+)@(?<commit>[0-9a-f]{40}) # (?<tag>v\d+\.\d+\.\d+)$/;

describe("an action", () => {
  it.each(uses)("%s is in this repository, pinned by commit with its version, or says why not", (_, line) => {
    expect(line).toMatch(/uses: (\.\/.*|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|[\w./-]+@v[\d.]+ # not pinned: .+)$/);
  });

  it("is the same commit everywhere", () => {
    const pins = uses.flatMap(([, line]) => {
      const { groups } = commit.exec(line) ?? {};
      return groups ? [groups] : [];
    });
    const versions = new Map<string, Set<string>>();
    for (const { action = "", commit, tag } of pins) {
      const repository = action.split("/").slice(0, 2).join("/");
      versions.set(repository, (versions.get(repository) ?? new Set()).add(`${commit} ${tag}`));
    }
    expect(versions.size).toBeGreaterThan(5);
    expect([...versions].filter(([, all]) => all.size > 1)).toEqual([]);
  });

  it.each(
    jobs().flatMap(([name, { steps = [] }]) =>
      steps.filter(({ uses }) => uses?.includes("/checkout@")).map((step) => [name, step] as const),
    ),
  )("checkout in %s leaves no credentials behind", (_, step) => expect(step.with?.["persist-credentials"]).toBe(false));
});

/** All jobs that may write, and why. A job that needs more has to be added here. */
const writes: Readonly<Record<string, readonly string[]>> = {
  "codeql.yml: analyze": ["security-events"],
  "image.yml: image": ["packages", "id-token"],
  "release.yml: image": ["packages", "id-token"],
  "release.yml: npm": ["id-token"],
  "release.yml: github": ["contents"],
  "site.yml: deploy": ["pages", "id-token"],
};

describe("a job", () => {
  it.each(jobs())("%s has the permissions that it needs, and no more", (name, { permissions }) => {
    expect(permissions).toBeDefined();
    const written = Object.entries(permissions ?? {}).filter(([, right]) => right !== "read");
    expect(Object.fromEntries(written)).toEqual(
      Object.fromEntries((writes[name] ?? []).map((scope) => [scope, "write"])),
    );
  });
  it.each(jobs().filter(([, { uses }]) => !uses))("%s has a time-out", (_, job) =>
    expect(job["timeout-minutes"]).toBeLessThanOrEqual(60),
  );
  it.each(jobs().filter(([name]) => writes[name]))("%s, which may write, uses no cache", (_, { steps = [] }) =>
    expect(steps.filter((step) => step.with?.cache ?? step.with?.["cache-from"])).toEqual([]),
  );
});

describe("a workflow", () => {
  it.each(workflows().map((one) => [one.name, one] as const))(
    "%s has no permissions at the top level",
    (_, { permissions }) => expect(permissions).toEqual({}),
  );
  it.each(
    workflows()
      .filter(({ on }) => Object.keys(on).some((event) => event !== "workflow_call"))
      .map((one) => [one.name, one] as const),
  )("%s does not run twice concurrently for one ref", (_, { concurrency }) =>
    expect(concurrency).toMatchObject({ group: expect.stringContaining("github.ref") }),
  );
  it.each(workflows().map((one) => [one.name, one] as const))(
    "%s gives other people's code no permissions of ours",
    (_, { on }) =>
      expect(Object.keys(on)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(pull_request_target|workflow_run)$/)]),
      ),
  );
});

describe("a shell step", () => {
  const runs = jobs().flatMap(([name, { steps = [] }]) =>
    steps.flatMap(({ run }) => (run ? [[name, run] as const] : [])),
  );
  it.each(runs)("in %s contains no text from others: %s", (_, run) => expect(run).not.toContain("${{"));
  it.each(runs)("in %s is one line, or a tested script: %s", (_, run) => expect(run.trim()).not.toContain("\n"));
  it("runs scripts that exist", () => {
    const scripts = runs.flatMap(([, run]) => run.match(/scripts\/[\w/.-]+/g) ?? []);
    expect(scripts).toContain("scripts/release/check.mjs");
    expect(scripts.filter((script) => !existsSync(join(root, script)))).toEqual([]);
  });
  it("runs package.json scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const named = runs
      .flatMap(([, run]) => /^npm (?:run )?(\S+)/.exec(run)?.[1] ?? [])
      .filter((one) => !["ci", "audit", "publish"].includes(one));
    expect(named).toContain("test");
    expect(named.filter((name) => !scripts[name])).toEqual([]);
  });
});

it("an installation rewrites no committed file, so that the check of the generated ones can fail", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(scripts.dependencies).toBe("npm run build");
  expect(scripts.build).toBe("npm run generate -- --uncommitted && node scripts/build.mjs");
});

describe("the versions tested in CI", () => {
  const [, nodes = "", couchdbs = ""] =
    /^\| Node\.js \| (.*?) \|.*\n\| CouchDB \| (.*?) \|/m.exec(readFileSync(join(root, "VERSIONING.md"), "utf8")) ?? [];
  const { matrix } = workflows().find(({ name }) => name === "ci.yml")?.jobs.couchdb?.strategy ?? {};

  it("are those that VERSIONING.md supports", () =>
    expect(matrix).toEqual({ node: nodes.split(", "), couchdb: couchdbs.split(", ") }));
  it("start with the oldest Node.js that package.json allows, and include each major version that it names", () => {
    const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const allowed = engines.node.split(" || ").map((range: string) => range.replace(/^\D+/, ""));
    expect(allowed[0].startsWith(`${matrix?.node?.[0]}.`)).toBe(true);
    const majors = (versions: readonly string[]) => versions.map((version) => version.split(".")[0]);
    expect(majors(matrix?.node ?? [])).toEqual(majors(allowed));
  });
});

it("a workflow says that it was never run", () => {
  for (const file of files)
    expect(readFileSync(file, "utf8").split("\n").slice(0, 3).join("\n"), file).toMatch(/never\s(# )?run/i);
});
