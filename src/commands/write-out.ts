import { writeFile } from "node:fs/promises";
import { reasonOf } from "../settings/environment.js";
import { InvalidSettings } from "../settings/problems.js";

/** Writes the file that `--out` names. */
export async function writeOut(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new InvalidSettings([`--out: ${reasonOf(error)}`]);
  }
}
