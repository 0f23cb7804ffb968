/** How the build treats CommonJS packages that are imported on demand. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { root } from "../support/cli.js";
import { tempFolder, writeFiles } from "../support/temp.js";

const source = join(root, "test/package/imports-on-demand.mjs");

/** Prints the exports of each import, once from the bundle and once from Node. */
const compare = `
import { createRequire } from "node:module";
const [bundle, source] = process.argv.slice(1);
const names = (all) => all.map((one) => Object.keys(one).filter((name) => !/^__|module/.test(name)).sort());
const modules = [createRequire(bundle)(bundle), await import(source)];
console.log(JSON.stringify(await Promise.all(modules.map(async ({ load }) => names(await load())))));
`;

it("CommonJS packages have the same exports as in Node", async () => {
  const { bundle } = await import("../../scripts/build/bundle.mjs" as string);
  const folder = await tempFolder();
  await writeFiles(folder, Object.fromEntries((await bundle({ probe: source })).files));
  const program = ["--input-type", "module", "--eval", compare, join(folder, "probe.cjs"), source];
  const { stdout } = await promisify(execFile)(process.execPath, program);
  const [bundled, inNode]: string[][][] = JSON.parse(stdout);
  expect(inNode?.[0]).toContain("LineCounter");
  for (const [i, names] of inNode?.entries() ?? []) expect(bundled?.[i]).toEqual(expect.arrayContaining(names));
});
