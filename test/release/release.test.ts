/** The conditions of a release, its changelog, and the places that name its version. */
import { execFile, execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { root } from "../support/cli.js";
import { manifest as before, changelog } from "./project.js";

const run = promisify(execFile);
const { problemsOf } = await import("../../scripts/release/problems.mjs" as string);
const { notesOf, released } = await import("../../scripts/release/changelog.mjs" as string);
const { followsVersion, versionsIn, withVersion } = await import("../../scripts/release/versions.mjs" as string);
const own = JSON.parse(await readFile(join(root, "package.json"), "utf8"));

const manifest = { ...before, version: "1.2.0" };
const good = { manifest, tag: "v1.2.0", notes: "### Fixed", repository: "hive/couchdb-migrate" };
const unowned = JSON.parse(JSON.stringify(manifest).replaceAll("/Hive/", "/__OWNER__/"));

describe("a release", () => {
  it("is accepted if nothing is wrong", () => expect(problemsOf(good)).toEqual([]));
  it.each([
    ["the owner is a placeholder", { manifest: unowned, repository: undefined }, "placeholder __OWNER__"],
    ["it runs in a fork", { repository: "zerg/couchdb-migrate" }, "this is zerg/couchdb-migrate"],
    [
      "the homepage is another project's",
      { manifest: { ...manifest, homepage: "https://example.com" } },
      "homepage is not",
    ],
    ["bugs are reported elsewhere", { manifest: { ...manifest, bugs: undefined } }, "bugs is not"],
    ["the tag is another version", { tag: "v1.3.0" }, "the tag has to be v1.2.0"],
    ["the tag has no v", { tag: "1.2.0" }, "the tag has to be v1.2.0"],
    ["the changelog does not mention it", { notes: undefined }, "nothing about 1.2.0"],
  ])("is refused if %s", (_, change, problem) => {
    expect(problemsOf({ ...good, ...change })).toEqual([expect.stringContaining(problem)]);
  });

  it("is refused by the command, with all reasons listed, as long as nobody owns this repository", async () => {
    const check = run(process.execPath, ["scripts/release/check.mjs", "v9.9.9"], { cwd: root });
    const { code, stderr } = await check.then(
      () => ({ code: 0, stderr: "" }),
      (error) => error,
    );
    expect(code).toBe(1);
    expect(stderr).toContain(`the tag has to be v${own.version}`);
  });
});

describe("the changelog", () => {
  const text: string = released(changelog, "1.2.0", new Date("2030-02-03"), "hive/couchdb-migrate");

  it("gets a dated section for the unreleased changes, below an empty one", () =>
    expect(text).toContain("## [Unreleased]\n\n## [1.2.0] - 2030-02-03\n\n### Fixed\n\n- A [link]"));
  it("links each version to what changed in it", () =>
    expect(text).toContain("\n[1.2.0]: https://github.com/hive/couchdb-migrate/compare/v1.1.0...v1.2.0\n"));
  it("is otherwise unchanged", () => expect(text).toContain("## [1.1.0] - 2030-01-01\n\n### Added\n\n- Eggs.\n"));
  it("gives the notes of a release, with absolute links", () =>
    expect(notesOf(text, "1.2.0", "hive/couchdb-migrate")).toBe(
      "### Fixed\n\n- A [link](https://github.com/hive/couchdb-migrate/blob/v1.2.0/docs/steps.md), and [another](https://example.com).",
    ));
  it("has no notes for an unreleased version", () => expect(notesOf(changelog, "1.2.0", "a/b")).toBeUndefined());
  it("gives a release candidate the notes on unreleased changes", () =>
    expect(notesOf(changelog, "1.2.0-rc.1", "a/b")).toMatch(/^### Fixed\n/));
  it("refuses a release without changes", () =>
    expect(() => released(text, "1.3.0", new Date(), "a/b")).toThrow("nothing under Unreleased"));
  it("refuses to release a version twice", () =>
    expect(() => released(changelog, "1.1.0", new Date(), "a/b")).toThrow("already has"));
  it("of this project is in the form that the library reads and writes", async () => {
    const links = /^\[[\d.]+\]: .*\n/gm;
    const ours = (await readFile(join(root, "CHANGELOG.md"), "utf8")).replaceAll(links, "").trim();
    // Right after a release there is nothing unreleased.
    const more = ours.replace(/^## \[Unreleased\]\n\n(?=## |$)/m, "## [Unreleased]\n\n### Fixed\n\n- One.\n\n");
    const after: string = released(more, "99.0.0", new Date("2030-02-03"), "a/b");
    expect(after.replace("## [99.0.0] - 2030-02-03\n\n", "").replaceAll(links, "").trim()).toBe(more.trim());
  });
});

describe("the version", () => {
  it.each([
    ["the image's tag", "FROM couchdb-migrate:1.1.0"],
    ["the tarball's name", "couchdb-migrate-1.1.0.tgz"],
    ["a release candidate", "couchdb-migrate-1.1.0-rc.1.tgz"],
    ["the action of a workflow", "uses: hive/couchdb-migrate@v1.1.0"],
    ["the Dockerfile", "ARG VERSION=1.1.0"],
    ["the package", "npm view couchdb-migrate@1.1.0"],
    ["the identity that signed the image", "image.yml@refs/tags/v1.1.0"],
    ["a kustomization", "newTag: 1.1.0"],
    ["a chart", "appVersion: 1.1.0"],
  ])("is updated in %s", (_, text) => {
    expect(withVersion(text, "1.2.0")).toBe(text.replace(/1\.1\.0(-rc\.1)?/, "1.2.0"));
  });
  it("is left alone if it belongs to another project", () =>
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
