import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { reasonOf } from "../settings/environment.js";
import { InvalidSettings } from "../settings/problems.js";
import { visible } from "../text/visible.js";

/** Writes the file that `--out` names. */
export async function writeOut(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new InvalidSettings([`--out: ${reason(error, file)}`]);
  }
}

/** Explains why a file can't be written; a missing folder gets its own message. */
function reason(error: unknown, file: string): string {
  const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
  return missing ? `the folder ${visible(dirname(file))} does not exist` : reasonOf(error);
}
