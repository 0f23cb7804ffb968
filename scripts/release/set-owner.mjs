/** set-owner.mjs NAME: replaces the placeholder with the owner's GitHub account in every file. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { placeholder } from "./owner.mjs";

const [owner] = process.argv.slice(2);
if (!/^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$/i.test(owner ?? "")) {
  throw new Error("usage: node scripts/release/set-owner.mjs NAME, where NAME is an account or organization of GitHub");
}
const tracked = execFileSync("git", ["ls-files", "-z"], { encoding: "utf8" }).split("\0").filter(Boolean);
// These two describe the placeholder itself.
for (const file of tracked.filter((file) => !/^(scripts|test)\//.test(file))) {
  const text = readFileSync(file, "utf8");
  if (!text.includes(placeholder)) continue;
  writeFileSync(file, text.replaceAll(placeholder, owner));
  console.log(file);
}
