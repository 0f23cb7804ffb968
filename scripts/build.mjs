/**
 * Builds dist/ from src/: the command line and the library as files that need no packages, the library's types, and
 * the licences and the list of the bundled packages.
 *
 * The library is CommonJS, which starts faster. The ES module re-exports it, so a program that loads both has one
 * copy. The types do the same: index.d.ts re-exports library.d.cts.
 */
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { bundle } from "./build/bundle.mjs";
import { notices } from "./build/notices.mjs";
import { packagesOf } from "./build/packages.mjs";
import { sbom } from "./build/sbom.mjs";
import { types } from "./build/types.mjs";
import { root } from "./generate/load-kinds.mjs";

const dist = join(root, "dist");
const { files, folders, exportsOf } = await bundle({
  cli: "src/cli.ts",
  library: "src/index.ts",
  sandbox: "sandbox/index.ts",
  // A separate thread, started from this file.
  "sandbox-functions": "sandbox/views/sandbox-functions.cjs",
});
const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const packages = await packagesOf(folders);

const made = new Map([
  ...files,
  ["index.js", `import library from "./library.cjs";\n\nexport const { ${exportsOf.library.join(", ")} } = library;\n`],
  ["index.d.ts", 'export * from "./library.cjs";\n'],
  ["library.d.cts", 'export * from "./types/index.js";\n'],
  ...[...types()].map(([name, text]) => [`types/${name}`, text]),
  ["third-party-notices.txt", await notices(packages)],
  ["sbom.cdx.json", sbom(manifest, packages)],
]);

// The names of shared files change with their content.
await rm(dist, { recursive: true, force: true });
for (const [name, text] of made) {
  const file = join(dist, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
await chmod(join(dist, "cli.cjs"), 0o755);
