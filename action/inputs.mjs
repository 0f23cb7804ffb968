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

/** The arguments that write a plan to a file. */
export function planArguments({ INPUT_PATH: path, INPUT_SET: set, INPUT_DETAILS: details }, format, file) {
  return [
    "plan",
    ...(path ? [path] : []),
    ...(set ? ["--set", set] : []),
    ...["--format", format, "--out", file],
    ...(format === "json" ? ["--detailed-exitcode"] : []),
    ...(format === "markdown" && details === "true" ? ["--details"] : []),
  ];
}
