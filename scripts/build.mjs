/**
 * Makes dist/ from src/: the command line and the library as files that need no packages, and the licences of what is
 * in them. `tsc` adds the library's types.
 */
import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundle } from "./build/bundle.mjs";
import { notices } from "./build/notices.mjs";
import { root } from "./generate/load-kinds.mjs";

const dist = join(root, "dist");
const { files, packages, exportsOf } = await bundle({
  cli: "src/cli.ts",
  library: "src/index.ts",
  sandbox: "src/sandbox/index.ts",
});

const made = new Map([
  ...files,
  // ES modules import by name; `require` gets library.cjs itself.
  ["index.js", `import library from "./library.cjs";\n\nexport const { ${exportsOf.library.join(", ")} } = library;\n`],
  ["third-party-notices.txt", await notices(packages)],
]);

await mkdir(dist, { recursive: true });
// The names of shared files change with what is in them.
for (const name of await readdir(dist)) if (!made.has(name)) await rm(join(dist, name), { recursive: true });
for (const [name, text] of made) await writeFile(join(dist, name), text);
await chmod(join(dist, "cli.cjs"), 0o755);
