import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../generate/load-kinds.mjs";

/**
 * The packages in these folders: `folder`, `name`, `version`, `license`, and `integrity`, the lockfile's hash of what
 * npm installed there. Each version appears once, even if it is in several folders.
 */
export async function packagesOf(folders) {
  const lock = await json("package-lock.json");
  const all = await Promise.all(
    folders.map(async (folder) => {
      const { name, version, license } = await json(join(folder, "package.json"));
      const { integrity } = lock.packages[folder] ?? {};
      if (!integrity) throw new Error(`package-lock.json does not have ${folder}: npm ci`);
      return [`${name}@${version}`, { folder, name, version, license, integrity }];
    }),
  );
  return [...new Map(all).values()];
}

async function json(file) {
  return JSON.parse(await readFile(join(root, file), "utf8"));
}
