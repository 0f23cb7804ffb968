/**
 * Runs one of the long checks that are not part of the tests, with the current source:
 *
 *   node scripts/run-soak.mjs test/crash-matrix/run.ts [arguments]
 *
 * The source is compiled into a separate folder with the same layout as the project.
 */
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [entry, ...args] = process.argv.slice(2);
if (!entry) throw new Error("usage: node scripts/run-soak.mjs FILE [arguments]");

const outdir = join(root, "node_modules", ".cache", `soak-${process.pid}`);
process.once("exit", () => rmSync(outdir, { recursive: true, force: true }));
mkdirSync(outdir, { recursive: true });
for (const name of ["package.json", "dist", "migrations"]) symlinkSync(join(root, name), join(outdir, name));
await build({
  entryPoints: [join(root, "src/**/*.ts"), join(root, "test/**/*.ts")],
  outbase: root,
  outdir,
  platform: "node",
  format: "esm",
  logLevel: "error",
});
process.argv.splice(1, process.argv.length - 1, entry, ...args);
await import(pathToFileURL(join(outdir, entry.replace(/\.ts$/, ".js"))).href);
