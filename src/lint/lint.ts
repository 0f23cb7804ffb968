import type { LintResult } from "../contract/lint.js";
import type { LintOptions } from "../contract/options.js";

/**
 * Gives advice about migration files that are valid: what does not work, what is probably not meant, what could be
 * better. Sends no request. Throws InvalidInput if the files are invalid.
 */
export async function lint(path: string, options: LintOptions = {}): Promise<LintResult> {
  // Loaded on demand: no other function needs the rules.
  const { lintFiles } = await import("./lint-files.js");
  return lintFiles(path, options);
}
