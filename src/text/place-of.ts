/** Where a problem is, for the beginning of a line: `migrations/001.yaml:3:7: `. */
export function placeOf(problem: {
  readonly code: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}): string {
  // The folder or file that was given has no place in a file.
  if (problem.code === "missing-path" || problem.code === "no-files") return "";
  return `${problem.file}:${problem.line}:${problem.column}: `;
}
