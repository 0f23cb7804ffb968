/** Where a problem is, for the beginning of a line: `migrations/001.yaml:3:7: `. */
export function placeOf(problem: {
  readonly code: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}): string {
  // If the given folder or file itself is the problem, there is no position.
  if (problem.code === "missing-path" || problem.code === "no-files") return "";
  return `${problem.file}:${problem.line}:${problem.column}: `;
}
