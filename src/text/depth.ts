/** How deeply a file may be nested. */

/**
 * More levels than any file needs. Few enough for the YAML parser, which takes minutes for a megabyte of `[`, and for
 * every function that recurses over what a file holds: near the end of the stack V8 may abort the process, which no
 * `catch` can prevent (it does so where a regular expression has to be compiled there).
 */
export const maxNesting = 1_000;

/** Whether a parsed value is nested more deeply than that. It does not recurse. */
export function isTooDeep(value: unknown): boolean {
  let level = isParent(value) ? [value] : [];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > maxNesting) return true;
    level = level.flatMap((parent) => Object.values(parent).filter(isParent));
  }
  return false;
}

function isParent(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
