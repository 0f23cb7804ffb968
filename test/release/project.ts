/** A small project with the release's scripts, its own repository, and commands that only record their arguments. */
import { execFile } from "node:child_process";
import { chmod, cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../support/cli.js";
import { tempFolder, writeFiles } from "../support/temp.js";

const run = promisify(execFile);
const { released } = await import("../../scripts/release/changelog.mjs" as string);
const own = JSON.parse(await readFile(join(root, "package.json"), "utf8"));

export const changelog = `# Changelog

All of it.

## [Unreleased]

### Fixed

- A [link](docs/steps.md), and [another](https://example.com).

## [1.1.0] - 2030-01-01

### Added

- Eggs.
`;

export const manifest = {
  name: "couchdb-migrate",
  version: "1.1.0",
  homepage: "https://github.com/Hive/couchdb-migrate#readme",
  bugs: "https://github.com/Hive/couchdb-migrate/issues",
  repository: { url: "git+https://github.com/Hive/couchdb-migrate.git" },
  scripts: { version: own.scripts.version },
};

export interface Project {
  readonly folder: string;
  /** The output of a command. It gets no settings from the shell that runs the tests. */
  run(command: string, ...args: readonly string[]): Promise<string>;
  read(file: string): Promise<string>;
  write(file: string, text: string): Promise<void>;
}

/**
 * @param version as `npm version` leaves it; by default the manifest's, with unreleased changes
 * @param commands shell scripts that stand in for commands; their arguments are in `told`, line by line
 */
export async function project(
  version = manifest.version,
  commands: Readonly<Record<string, string>> = {},
): Promise<Project> {
  const folder = await tempFolder({
    "package.json": JSON.stringify({ ...manifest, version }),
    "CHANGELOG.md":
      version === manifest.version || version.includes("-")
        ? changelog
        : released(changelog, version, new Date(), "Hive/couchdb-migrate"),
    Dockerfile: "ARG BUILD_IMAGE=example.com/node:24\nARG RUN_IMAGE=example.com/distroless\nARG VERSION=1.1.0\n",
    ".gitignore": "node_modules\nbin\ntold\n",
  });
  for (const [name, script] of Object.entries(commands)) {
    await writeFiles(folder, { [`bin/${name}`]: `#!/bin/sh\necho "$@" >>'${folder}/told'\n${script}\n` });
    await chmod(join(folder, "bin", name), 0o755);
  }
  for (const path of [
    "scripts/release",
    "scripts/ci",
    "node_modules/keep-a-changelog",
    "node_modules/ini",
    "node_modules/semver",
  ])
    await cp(join(root, path), join(folder, path), { recursive: true });
  const env = {
    PATH: `${folder}/bin:${process.env.PATH}`,
    HOME: folder,
    IMAGE: "ghcr.io/hive/couchdb-migrate@sha256:1",
  };
  const made: Project = {
    folder,
    run: async (command, ...args) => (await run(command, args, { cwd: folder, env })).stdout,
    read: (file) => readFile(join(folder, file), "utf8"),
    write: (file, text) => writeFiles(folder, { [file]: text }),
  };
  await made.run("git", "init", "-q");
  await made.run("git", "add", ".");
  await made.run("git", "-c", "user.name=hive", "-c", "user.email=hive@example.com", "commit", "-qm", "all");
  return made;
}
