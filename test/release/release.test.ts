/** What `npm version` and the release workflow run, as far as it can be shown without an account. */
import { execFile, execFileSync } from "node:child_process";
import { chmod, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { root } from "../support/cli.js";
import { tempFolder } from "../support/temp.js";

const run = promisify(execFile);
const { problemsOf } = await import("../../scripts/release/problems.mjs" as string);
const { notesOf, released } = await import("../../scripts/release/changelog.mjs" as string);
const { followsVersion, versionsIn, withVersion } = await import("../../scripts/release/versions.mjs" as string);
const own = JSON.parse(await readFile(join(root, "package.json"), "utf8"));

const manifest = {
  name: "couchdb-migrate",
  version: "1.2.0",
  homepage: "https://github.com/hive/couchdb-migrate#readme",
  bugs: "https://github.com/hive/couchdb-migrate/issues",
  repository: { url: "git+https://github.com/hive/couchdb-migrate.git" },
};
const good = { manifest, tag: "v1.2.0", notes: "### Fixed", repository: "Hive/couchdb-migrate" };
const unowned = JSON.parse(JSON.stringify(manifest).replaceAll("/hive/", "/__OWNER__/"));

describe("a release", () => {
  it("has nothing in its way", () => expect(problemsOf(good)).toEqual([]));
  it.each([
    ["the owner is a placeholder", { manifest: unowned, repository: undefined }, "placeholder __OWNER__"],
    ["it runs in a fork", { repository: "zerg/couchdb-migrate" }, "this is zerg/couchdb-migrate"],
    ["the homepage is another's", { manifest: { ...manifest, homepage: "https://example.com" } }, "homepage is not"],
    ["bugs go elsewhere", { manifest: { ...manifest, bugs: undefined } }, "bugs is not"],
    ["the tag is another version", { tag: "v1.3.0" }, "the tag has to be v1.2.0"],
    ["the tag has no v", { tag: "1.2.0" }, "the tag has to be v1.2.0"],
    ["the changelog does not know it", { notes: undefined }, "no section with a date for 1.2.0"],
  ])("is refused if %s", (_, change, problem) => {
    expect(problemsOf({ ...good, ...change })).toEqual([expect.stringContaining(problem)]);
  });

  it("is refused by the command, with all reasons at once, as long as nobody owns this repository", async () => {
    const check = run(process.execPath, ["scripts/release/check.mjs", "v9.9.9"], { cwd: root });
    const { code, stderr } = await check.then(
      () => ({ code: 0, stderr: "" }),
      (error) => error,
    );
    expect(code).toBe(1);
    expect(stderr).toContain(`the tag has to be v${own.version}`);
  });
});

const changelog = `# Changelog

All of it.

## [Unreleased]

### Fixed

- A [link](docs/steps.md), and [another](https://example.com).

## [1.1.0] - 2030-01-01

### Added

- Eggs.
`;

describe("the changelog", () => {
  const text: string = released(changelog, "1.2.0", new Date("2030-02-03"), "hive/couchdb-migrate");

  it("gets a dated section of what was unreleased, below an empty one", () =>
    expect(text).toContain("## [Unreleased]\n\n## [1.2.0] - 2030-02-03\n\n### Fixed\n\n- A [link]"));
  it("links each version to what changed in it", () =>
    expect(text).toContain("\n[1.2.0]: https://github.com/hive/couchdb-migrate/compare/v1.1.0...v1.2.0\n"));
  it("is otherwise as it was", () => expect(text).toContain("## [1.1.0] - 2030-01-01\n\n### Added\n\n- Eggs.\n"));
  it("gives the notes of a release, with links that lead somewhere from anywhere", () =>
    expect(notesOf(text, "1.2.0", "hive/couchdb-migrate")).toBe(
      "### Fixed\n\n- A [link](https://github.com/hive/couchdb-migrate/blob/v1.2.0/docs/steps.md), and [another](https://example.com).",
    ));
  it("has no notes of a version that was not released", () =>
    expect(notesOf(changelog, "1.2.0", "a/b")).toBeUndefined());
  it("refuses a release of nothing", () =>
    expect(() => released(text, "1.3.0", new Date(), "a/b")).toThrow("nothing under Unreleased"));
  it("refuses a version twice", () =>
    expect(() => released(changelog, "1.1.0", new Date(), "a/b")).toThrow("already has"));
  it("of this project is in the form that the library reads and writes", async () => {
    const ours = await readFile(join(root, "CHANGELOG.md"), "utf8");
    const after: string = released(ours, "99.0.0", new Date("2030-02-03"), "a/b");
    const before = after.replace("## [99.0.0] - 2030-02-03\n\n", "").replaceAll(/^\[[\d.]+\]: .*\n/gm, "");
    expect(before.trim()).toBe(ours.replaceAll(/^\[[\d.]+\]: .*\n/gm, "").trim());
  });
});

describe("the version", () => {
  it.each([
    ["the image's tag", "FROM couchdb-migrate:1.1.0"],
    ["the tarball's name", "couchdb-migrate-1.1.0.tgz"],
    ["a release candidate", "couchdb-migrate-1.1.0-rc.1.tgz"],
    ["the Dockerfile", "ARG VERSION=1.1.0"],
    ["a kustomization", "newTag: 1.1.0"],
    ["a chart", "appVersion: 1.1.0"],
  ])("is followed in %s", (_, text) => {
    expect(withVersion(text, "1.2.0")).toBe(text.replace(/1\.1\.0(-rc\.1)?/, "1.2.0"));
  });
  it("is left alone where it is another project's", () =>
    expect(withVersion("zerglings-migrations:0.1.0", "1.2.0")).toBe("zerglings-migrations:0.1.0"));
  it("is the same wherever a file names it", async () => {
    const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" })
      .split("\0")
      .filter(Boolean);
    const named = await Promise.all(
      tracked
        .filter(followsVersion)
        .map(async (file) =>
          versionsIn(await readFile(join(root, file), "utf8")).map((version: string) => ({ file, version })),
        ),
    );
    expect(named.flat().length).toBeGreaterThan(5);
    expect(named.flat().filter(({ version }) => version !== own.version)).toEqual([]);
  });
});

it("npm version brings every file to the new version, and leaves the tag to the owner", async () => {
  const folder = await tempFolder();
  const git = (...args: string[]) =>
    run("git", ["-c", "user.name=hive", "-c", "user.email=hive@example.com", ...args], { cwd: folder });
  await mkdir(join(folder, "scripts"));
  await cp(join(root, "scripts/release"), join(folder, "scripts/release"), { recursive: true });
  await cp(join(root, "node_modules/keep-a-changelog"), join(folder, "node_modules/keep-a-changelog"), {
    recursive: true,
  });
  for (const name of ["ini", "semver"])
    await cp(join(root, "node_modules", name), join(folder, "node_modules", name), { recursive: true });
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ ...manifest, version: "1.1.0", scripts: { version: own.scripts.version } }),
  );
  await writeFile(join(folder, "CHANGELOG.md"), changelog);
  await writeFile(join(folder, "Dockerfile"), "ARG VERSION=1.1.0\n");
  await writeFile(join(folder, ".gitignore"), "node_modules\n");
  await git("init", "-q");
  await git("add", ".");
  await git("commit", "-qm", "before");
  await run("npm", ["version", "minor", "--no-git-tag-version"], { cwd: folder });
  const { stdout } = await git("diff", "HEAD", "--name-only");
  expect(stdout.trim().split("\n")).toEqual(["CHANGELOG.md", "Dockerfile", "package.json"]);
  expect(await readFile(join(folder, "Dockerfile"), "utf8")).toBe("ARG VERSION=1.2.0\n");
  const checked = await run(process.execPath, ["scripts/release/check.mjs", "v1.2.0", "notes.md"], {
    cwd: folder,
    env: { PATH: process.env.PATH },
  });
  expect(checked.stdout).toBe("v1.2.0 can be released\n");
  expect(await readFile(join(folder, "notes.md"), "utf8")).toMatch(/^### Fixed\n/);
  expect((await git("tag")).stdout).toBe("");
});

describe("the bases of the image", () => {
  const digest = `sha256:${"a1".repeat(32)}`;
  /** A `docker` that answers, and says what it was asked. */
  const bases = async (answer: string) => {
    const folder = await tempFolder();
    await writeFile(join(folder, "docker"), `#!/bin/sh\necho "$@" >>'${folder}/asked'\necho '${answer}'\n`);
    await chmod(join(folder, "docker"), 0o755);
    const { stdout } = await run(process.execPath, ["scripts/release/bases.mjs"], {
      cwd: root,
      env: { PATH: `${folder}:${process.env.PATH}` },
    });
    return { stdout, asked: await readFile(join(folder, "asked"), "utf8") };
  };

  it("are those of the Dockerfile, with the digests that their tags have", async () => {
    const { stdout, asked } = await bases(digest);
    const dockerfile = await readFile(join(root, "Dockerfile"), "utf8");
    const names = ["BUILD_IMAGE", "RUN_IMAGE"].map(
      (name) => new RegExp(`^ARG ${name}=(.*)$`, "m").exec(dockerfile)?.[1],
    );
    expect(stdout).toBe(`BUILD_IMAGE=${names[0]}@${digest}\nRUN_IMAGE=${names[1]}@${digest}\n`);
    expect(asked).toBe(
      names.map((name) => `buildx imagetools inspect --format {{.Manifest.Digest}} ${name}\n`).join(""),
    );
  });
  it("are not made up from an answer that is no digest", async () =>
    await expect(bases("<no value>")).rejects.toThrow("is not a digest"));
});
