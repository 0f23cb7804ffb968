/** What `npm version` and the release workflow run, as far as it can be tested without an account. */
import { describe, expect, it } from "vitest";
import { project } from "./project.js";

const digest = `sha256:${"a1".repeat(32)}`;
const docker = { docker: `echo ${digest}` };
const npm = {
  npm: 'mkdir dist && echo {} >dist/sbom.cdx.json; echo packed >"$4/couchdb-migrate-$(node -p \'require("./package.json").version\').tgz"',
};

describe("npm version", () => {
  it("leaves a releasable state: every file at the new version, and no tag, which is up to the owner", async () => {
    const { run, read } = await project();
    await run("npm", "version", "minor", "--no-git-tag-version");
    expect(await run("git", "diff", "HEAD", "--name-only")).toBe("CHANGELOG.md\nDockerfile\npackage.json\n");
    expect(await read("Dockerfile")).toContain("ARG VERSION=1.2.0\n");
    expect(await run("git", "tag")).toBe("");
    expect(await run("node", "scripts/release/check.mjs", "v1.2.0", "notes.md")).toBe("v1.2.0 can be released\n");
    expect(await read("notes.md")).toMatch(/^### Fixed\n/);
  });
  it("keeps unreleased changes for the version after its release candidate", async () => {
    const { run } = await project();
    await run("npm", "version", "1.2.0-rc.1", "--no-git-tag-version");
    expect(await run("git", "diff", "HEAD", "--name-only")).toBe("Dockerfile\npackage.json\n");
    expect(await run("node", "scripts/release/check.mjs", "v1.2.0-rc.1")).toBe("v1.2.0-rc.1 can be released\n");
  });
  it("releases the version that package.json already has, if it is the first time", async () => {
    const { run } = await project();
    await run("npm", "version", "1.1.1", "--no-git-tag-version");
    await run("git", "checkout", "-q", "HEAD", "CHANGELOG.md");
    await run("npm", "version", "1.1.1", "--no-git-tag-version", "--allow-same-version");
    expect(await run("node", "scripts/release/check.mjs", "v1.1.1")).toBe("v1.1.1 can be released\n");
  });
});

describe("set-owner", () => {
  it("writes the owner into every file that has the placeholder, and a release is no longer refused because of it", async () => {
    const { run, read, write } = await project("1.2.0");
    await write("package.json", (await read("package.json")).replaceAll("/Hive/", "/__OWNER__/"));
    await expect(run("node", "scripts/release/check.mjs", "v1.2.0")).rejects.toThrow("placeholder");
    expect(await run("node", "scripts/release/set-owner.mjs", "hive-mind")).toBe("package.json\n");
    expect(await run("node", "scripts/release/check.mjs", "v1.2.0")).toBe("v1.2.0 can be released\n");
  });
  it.each(["-hive", "hive--mind", "__OWNER__", "a b"])("refuses %j, which is not an account", async (name) => {
    const { run } = await project();
    await expect(run("node", "scripts/release/set-owner.mjs", name)).rejects.toThrow("usage");
  });
});

describe("the image", () => {
  const inputs = async (version: string, commands: Readonly<Record<string, string>>) => {
    const { run, read } = await project(version, commands);
    // The job installs no packages.
    await run("rm", "-rf", "node_modules");
    return { outputs: await run("node", "scripts/release/image-inputs.mjs"), told: await read("told") };
  };

  it("is built from the bases of the Dockerfile, with the digests that their tags have now", async () => {
    const { outputs, told } = await inputs("1.2.0", docker);
    expect(outputs).toContain(
      `\nBUILD_IMAGE=example.com/node:24@${digest}\nRUN_IMAGE=example.com/distroless@${digest}\n`,
    );
    expect(told).toMatch(/^buildx imagetools inspect .* example\.com\/node:24\n.* example\.com\/distroless\n$/);
  });
  it("says its version, its source, its commit, and that commit's time", async () => {
    const { outputs } = await inputs("1.2.0", docker);
    expect(outputs).toMatch(
      /\nVERSION=1\.2\.0\nREVISION=[0-9a-f]{40}\nSOURCE=https:\/\/github\.com\/Hive\/couchdb-migrate\nCREATED=2\d{3}-.*Z\nSOURCE_DATE_EPOCH=\d+\nEND\n$/,
    );
  });
  it.each([
    [
      "a release has the tags of its version, its minor version, and the newest one",
      "1.2.0",
      ["1.2.0", "1.2", "latest"],
    ],
    ["a release candidate has its own tag only", "1.2.0-rc.1", ["1.2.0-rc.1"]],
  ])("%s", async (_, version, tags) => {
    const { outputs } = await inputs(version, docker);
    const name = "ghcr.io/hive/couchdb-migrate";
    expect(outputs).toContain(`name=${name}\ntags<<END\n${tags.map((tag) => `${name}:${tag}\n`).join("")}END\n`);
  });
  it("is refused if a base has no digest", async () =>
    await expect(inputs("1.2.0", { docker: "echo '<no value>'" })).rejects.toThrow("is not a digest"));
});

describe("the packed release", () => {
  const packed = async (version: string) => {
    const made = await project(version, { ...npm, gh: "" });
    await made.run("sh", "scripts/release/pack.sh", "release");
    return made;
  };

  it("has the tarball, its SBOM, valid checksums, and the notes", async () => {
    const { run, read } = await packed("1.2.0");
    const files = ["couchdb-migrate-1.2.0.cdx.json", "couchdb-migrate-1.2.0.tgz", "dist-tag", "notes.md", "SHA256SUMS"];
    expect((await run("ls", "release")).trim().split("\n").toSorted()).toEqual(files.toSorted());
    expect(await run("sh", "-c", "cd release && sha256sum --check SHA256SUMS")).toMatch(/json: OK\n.*tgz: OK\n/);
    expect(await read("release/notes.md")).toMatch(/^### Fixed\n/);
  });
  it.each([
    ["1.2.0", "latest"],
    ["1.2.0-rc.1", "next"],
  ])("of %s gets the npm tag %s", async (version, tag) => {
    expect(await (await packed(version)).read("release/dist-tag")).toBe(`${tag}\n`);
  });
  it.each([
    ["1.2.0", ""],
    ["1.2.0-rc.1", " --prerelease"],
  ])("of %s becomes a release on GitHub%s, with an existing tag", async (version, flag) => {
    const made = await packed(version);
    await made.run("sh", "scripts/release/github-release.sh", "release");
    const name = `release/couchdb-migrate-${version}`;
    expect((await made.read("told")).split("\n").at(-2)).toBe(
      `release create v${version} --verify-tag --title ${version} --notes-file release/notes.md${flag} ${name}.cdx.json ${name}.tgz release/SHA256SUMS`,
    );
    expect(await made.read("release/notes.md")).toContain("Image: `ghcr.io/hive/couchdb-migrate@sha256:1`");
  });
});

describe("two builds", () => {
  /** `packed`: a shell script whose output is the tarball. The stand-in for npm gets the folder as its last argument. */
  const build = async (packed: string) => {
    const { run, write } = await project("1.2.0", {
      npm: `case $1 in pack) for last; do :; done; (${packed}) >"$last/couchdb-migrate-1.2.0.tgz" ;; esac`,
    });
    await write(
      "scripts/image-files.mjs",
      'import fs from "node:fs";\nfs.cpSync("package.json", `${process.argv[2]}/package.json`);\n',
    );
    await run("git", "add", ".");
    await run("git", "-c", "user.name=hive", "-c", "user.email=hive@example.com", "commit", "-qm", "more");
    return run("bash", "scripts/release/reproducible.sh");
  };
  it("are compared by the tarball and the files of the image", async () =>
    expect(await build("echo larva")).toMatch(/^[0-9a-f]{64} {2}.*1\.2\.0\.tgz\n[0-9a-f]{64} {2}the package and/));
  it.each(["the folder", "the time zone", "the language"])("differ if they depend on %s", async (what) => {
    const packed = { "the folder": "pwd", "the time zone": "date +%Z", "the language": "echo $LC_ALL" }[what] ?? "";
    await expect(build(packed)).rejects.toThrow("The two builds differ");
  });
});

it("the types of the packed tarball are checked, and a problem fails the step", async () => {
  const commands = (code: number) => ({
    npm: 'for last; do :; done; echo packed >"$last/couchdb-migrate-1.2.0.tgz"',
    npx: `test -f "$3" && exit ${code}`,
  });
  const good = await project("1.2.0", commands(0));
  await good.run("sh", "scripts/ci/resolve-types.sh");
  expect(await good.read("told")).toMatch(/\n--yes @arethetypeswrong\/cli@\S+ \S+couchdb-migrate-1\.2\.0\.tgz\n$/);
  const bad = await project("1.2.0", commands(1));
  await expect(bad.run("sh", "scripts/ci/resolve-types.sh")).rejects.toThrow();
});
