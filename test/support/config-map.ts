/** A ConfigMap as the kubelet mounts it: links at the top level to a folder named after the time. */
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { tempFolder, writeFiles } from "./temp.js";

/** @param files by path: a ConfigMap's keys, or their paths from `items` */
export async function mountedConfigMap(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(await tempFolder(), "mount");
  await mkdir(join(folder, "..2026_01_01"), { recursive: true });
  await symlink("..2026_01_01", join(folder, "..data"));
  await writeFiles(join(folder, "..2026_01_01"), files);
  const top = new Set(Object.keys(files).map((path) => path.split("/", 1)[0] ?? path));
  for (const name of top) await symlink(`..data/${name}`, join(folder, name));
  return folder;
}
