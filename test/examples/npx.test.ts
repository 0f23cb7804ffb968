/** Nothing here tells people to run an unverified package. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/cli.js";

test("every npx in the project runs what is installed", () => {
  const folders = ["docs", "examples", "schemas", "src"];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const lines = [join(root, "README.md"), ...files].flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .map((line) => `${file}: ${line}`),
  );
  const runs = lines.filter((line) => /\bnpx\b|unpkg\.com/.test(line));
  expect(runs.length).toBeGreaterThan(5);
  expect(runs.filter((line) => !line.includes("npx --no-install couchdb-migrate"))).toEqual([]);
});
