/** The findings of a migration file. */
import type { LintFinding } from "../../src/contract/lint.js";
import type { LintOptions } from "../../src/contract/options.js";
import { lint } from "../../src/lint/lint.js";
import { tempFolder } from "../support/temp.js";

/** @param files by path below a folder, in which `m` has the migration files; or the text of one migration file. */
export async function findingsIn(
  files: string | Readonly<Record<string, string>>,
  options: LintOptions = {},
): Promise<readonly LintFinding[]> {
  const folder = await tempFolder(typeof files === "string" ? { "m/1.yaml": files } : files);
  const { findings } = await lint(`${folder}/m`, { env: {}, ...options });
  return findings.map((one) => ({ ...one, file: one.file.slice(folder.length + 1) }));
}
