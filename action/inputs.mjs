/** The inputs of the action, as the steps in action.yml pass them on. Pure. */

const levels = ["never", "refused", "removals", "changes"];

/** What is wrong with them, one sentence each. */
export function inputProblems({ INPUT_FAIL_ON: failOn, INPUT_COMMENT: comment, INPUT_DETAILS: details }) {
  const yesOrNo = { comment, details };
  return [
    ...(levels.includes(failOn) ? [] : [`fail-on is ${JSON.stringify(failOn)}: use ${levels.join(", ")}`]),
    ...Object.entries(yesOrNo)
      .filter(([, value]) => value !== "true" && value !== "false")
      .map(([name, value]) => `${name} is ${JSON.stringify(value)}: use true or false`),
  ];
}

/** The arguments that write the plan to a file. */
export function planArguments({ INPUT_PATH: path, INPUT_SET: set }, file) {
  return [
    "plan",
    ...(path ? [path] : []),
    ...(set ? ["--set", set] : []),
    ...["--format", "json", "--out", file, "--detailed-exitcode"],
  ];
}

/** The arguments that write the plan in `planFile` as Markdown to `file`. */
export function showArguments({ INPUT_DETAILS: details }, planFile, file) {
  return ["show", planFile, "--format", "markdown", "--out", file, ...(details === "true" ? ["--details"] : [])];
}
