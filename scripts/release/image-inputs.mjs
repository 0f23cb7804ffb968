/**
 * What to build the image of this version from and how to name it, as outputs of a workflow step: `name`, `tags`,
 * `build-args`. The digests of the base images are looked up at release time and not earlier, so that a release has
 * the newest fixes and states exactly which ones.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { slugOf } from "./owner.mjs";
import { isCandidate } from "./versions.mjs";

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const slug = slugOf(manifest);
const name = `ghcr.io/${slug.toLowerCase()}`;

const output = (command, ...args) => execFileSync(command, args, { encoding: "utf8" }).trim();

function withDigest(image) {
  const digest = output("docker", "buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}", image);
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`${image}: ${JSON.stringify(digest)} is not a digest`);
  return `${image}@${digest}`;
}

const bases = [...readFileSync("Dockerfile", "utf8").matchAll(/^ARG (\w+_IMAGE)=(\S+)$/gm)];
if (bases.length === 0) throw new Error("Dockerfile: no ARG …_IMAGE=NAME");

const { version } = manifest;
const [major, minor] = version.split(".");
const [revision, seconds] = output("git", "log", "-1", "--format=%H %ct").split(" ");
const lines = {
  // A release candidate is only available under its own version.
  tags: isCandidate(version) ? [version] : [version, `${major}.${minor}`, "latest"],
  args: [
    ...bases.map(([, argument, image]) => `${argument}=${withDigest(image)}`),
    `VERSION=${version}`,
    `REVISION=${revision}`,
    `SOURCE=https://github.com/${slug}`,
    `CREATED=${new Date(seconds * 1000).toISOString()}`,
    `SOURCE_DATE_EPOCH=${seconds}`,
  ],
};
console.log(`name=${name}`);
console.log(`tags<<END\n${lines.tags.map((tag) => `${name}:${tag}`).join("\n")}\nEND`);
console.log(`build-args<<END\n${lines.args.join("\n")}\nEND`);
