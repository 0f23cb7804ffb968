/**
 * image-files.mjs FOLDER: copies the files for the image into FOLDER. Types are omitted, because nothing in the image
 * compiles, and so is the embedded server, which is for development.
 *
 * Every file gets the same mode on every machine: any user that runs the image can read it, regardless of the umask
 * of the checkout.
 */
import { chmod, cp, readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { root } from "./generate/load-kinds.mjs";

const [target] = process.argv.slice(2);
if (!target) throw new Error("usage: node scripts/image-files.mjs FOLDER");

const leftOut = /^(types|.*\.d\.c?ts|sandbox.*\.cjs)$/;
for (const name of ["LICENSE", "package.json", "dist", "schemas"]) {
  await cp(join(root, name), join(target, name), { recursive: true, filter: (file) => !leftOut.test(basename(file)) });
}

await chmod(target, 0o755);
for (const entry of await readdir(target, { recursive: true, withFileTypes: true })) {
  const runs = entry.isDirectory() || entry.name === "cli.cjs";
  await chmod(resolve(entry.parentPath, entry.name), runs ? 0o755 : 0o644);
}
