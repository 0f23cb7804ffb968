/** Only package.json's `repository` says where the project lives: everything else repeats it. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../support/cli.js";

const { derivedFrom, otherOwners, placeholder, slugOf } = await import("../../scripts/release/owner.mjs" as string);
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const slug: string = slugOf(manifest);

describe("the repository", () => {
  it("is on GitHub, with the name of the package", () => expect(slug.split("/")[1]).toBe(manifest.name));

  it("is the base of homepage and bugs", () => {
    expect({ homepage: manifest.homepage, bugs: manifest.bugs }).toEqual(derivedFrom(slug));
  });

  it("is the only repository that any file names", () => {
    const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" })
      .split("\0")
      .filter(Boolean);
    const others = tracked
      .filter((file) => !file.startsWith("test/"))
      .flatMap((file) =>
        otherOwners(readFileSync(join(root, file), "utf8"), slug).map((one: string) => `${file}: ${one}`),
      );
    expect(others).toEqual([]);
  });

  it.each([
    ["another account", "see https://github.com/zerg/couchdb-migrate/issues", ["zerg/couchdb-migrate"]],
    ["another account's image", "image: ghcr.io/zerg/couchdb-migrate:1", ["zerg/couchdb-migrate"]],
    ["its own image, in lower case as registries require", "ghcr.io/hive/couchdb-migrate", []],
    ["another project", "https://github.com/apache/couchdb", []],
  ])("is compared with %s", (_, text, found) => expect(otherOwners(text, "Hive/couchdb-migrate")).toEqual(found));

  it("has a placeholder that can't be an account", () => {
    expect(placeholder).not.toMatch(/^[a-z\d](?:[a-z\d]|-(?=[a-z\d]))*$/i);
    expect(slugOf({ repository: { url: `git+https://github.com/${placeholder}/x.git` } })).toBe(`${placeholder}/x`);
  });

  it.each([[undefined], ["https://github.com/hive/x"], ["git+https://gitlab.com/hive/x.git"]])(
    "is refused if it is %s",
    (url) => expect(() => slugOf({ repository: { url } })).toThrow("repository.url"),
  );
});
