/**
 * check.mjs TAG [NOTES-FILE]: checks whether TAG can be released. If not, prints every problem and exits with 1;
 * otherwise, writes the changelog's text about it to NOTES-FILE.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { notesOf } from "./changelog.mjs";
import { slugOf } from "./owner.mjs";
import { problemsOf } from "./problems.mjs";

const [tag, notesFile] = process.argv.slice(2);
if (!tag) throw new Error("usage: node scripts/release/check.mjs TAG [NOTES-FILE]");
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const notes = notesOf(readFileSync("CHANGELOG.md", "utf8"), manifest.version, slugOf(manifest));
const problems = problemsOf({ manifest, tag, notes, repository: process.env.GITHUB_REPOSITORY });
if (problems.length > 0) {
  console.error(`${tag} can't be released:\n${problems.map((problem) => `- ${problem}`).join("\n")}`);
  process.exitCode = 1;
} else {
  if (notesFile) writeFileSync(notesFile, `${notes}\n`);
  console.log(`${tag} can be released`);
}
