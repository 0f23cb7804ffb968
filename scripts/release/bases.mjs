/**
 * bases.mjs [DOCKERFILE]: the base images that the Dockerfile names, each with the digest that its tag has now, as lines
 * `BUILD_IMAGE=NAME@sha256:…` for the step's outputs. A digest is looked up when a release is made, and never before, so
 * that a release has the newest fixes and can still be told from any other.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const [dockerfile = "Dockerfile"] = process.argv.slice(2);
const bases = [...readFileSync(dockerfile, "utf8").matchAll(/^ARG (\w+_IMAGE)=(\S+)$/gm)];
if (bases.length === 0) throw new Error(`${dockerfile}: no ARG …_IMAGE=NAME`);

for (const [, argument, name] of bases) {
  const format = ["--format", "{{.Manifest.Digest}}"];
  const digest = execFileSync("docker", ["buildx", "imagetools", "inspect", ...format, name], {
    encoding: "utf8",
  }).trim();
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`${name}: ${JSON.stringify(digest)} is not a digest`);
  console.log(`${argument}=${name}@${digest}`);
}
