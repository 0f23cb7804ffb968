import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { InvalidSettings } from "../settings/problems.js";
import { unwritable } from "../text/unwritable.js";
import { visible } from "../text/visible.js";

/** Writes the file that `--out` names. */
export async function writeOut(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === "ENOENT") throw new InvalidSettings([`--out: the folder ${visible(dirname(file))} does not exist`]);
    const reason = unwritable(error);
    throw reason === undefined ? error : new InvalidSettings([`--out: ${visible(file)} ${reason}`]);
  }
}
