/** A lock file with the id of the process that uses a folder. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { codeOf } from "./files.js";

export class DataFolderInUse extends Error {
  override readonly name = "DataFolderInUse";

  constructor(pid: number) {
    super(`process ${pid} uses the data folder`);
  }
}

/** Returns the function that unlocks. The lock of a process that has ended does not count. */
export function lock(file: string): () => void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (codeOf(error) !== "EEXIST" || attempt === 3) throw error;
    }
    const pid = ownerOf(file);
    if (pid !== undefined && pid !== process.pid && isRunning(pid)) throw new DataFolderInUse(pid);
    rmSync(file, { force: true });
  }
}

function ownerOf(file: string): number | undefined {
  try {
    return Number(readFileSync(file, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs as another user.
    return codeOf(error) === "EPERM";
  }
}
