/** A disk of a few megabytes, in memory, that a server fills up. */
import { spawnSync } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { tempFolder } from "./temp.js";

/** A folder with this capacity. Undefined: it can't be created here. */
export async function smallDisk(megabytes: number): Promise<string | undefined> {
  const folder = await tempFolder({});
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder]).status === 0;
  if (mounted) onTestFinished(() => void spawnSync("umount", ["--lazy", folder]));
  return mounted ? folder : undefined;
}

/** Fills it up. Returns a function that makes room again. */
export async function fill(disk: string): Promise<() => Promise<void>> {
  const file = join(disk, "filling");
  await writeFile(file, Buffer.alloc(64_000_000)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOSPC") throw error;
  });
  return () => rm(file);
}
