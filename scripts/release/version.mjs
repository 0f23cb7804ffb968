/**
 * Run by `npm version` after it has changed package.json: updates the changelog and every text that names the
 * version. It does not commit; `npm version` or the caller does.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { released } from "./changelog.mjs";
import { slugOf } from "./owner.mjs";
import { followsVersion, isCandidate, withVersion } from "./versions.mjs";

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const tracked = execFileSync("git", ["ls-files", "-z"], { encoding: "utf8" }).split("\0").filter(Boolean);
const changed = [];

function rewrite(file, change) {
  const before = readFileSync(file, "utf8");
  const after = change(before);
  if (after === before) return;
  writeFileSync(file, after);
  changed.push(file);
}

if (!isCandidate(manifest.version)) {
  rewrite("CHANGELOG.md", (text) => released(text, manifest.version, new Date(), slugOf(manifest)));
}
for (const file of tracked.filter(followsVersion)) rewrite(file, (text) => withVersion(text, manifest.version));
if (changed.length > 0) execFileSync("git", ["add", ...changed]);
console.log(`${manifest.version} is in ${["package.json", ...changed].join(", ")}`);
