/**
 * The first step of the action: writes the plan as JSON, and the same plan as Markdown, with the project's own
 * couchdb-migrate. It fails only if an input is wrong; what the plan comes to is decided by the second step, which reports it first.
 */
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, mkdtempSync, writeSync } from "node:fs";
import { join } from "node:path";
import { command } from "./annotations.mjs";
import { inputProblems, planArguments, showArguments } from "./inputs.mjs";

const { env } = process;

const problems = inputProblems(env);
if (problems.length > 0) {
  for (const problem of problems) console.log(command({ type: "error", message: problem }));
  process.exit(1);
}

const folder = mkdtempSync(join(env.RUNNER_TEMP, "couchdb-migrate-"));
const plan = run(planArguments(env, fileNamed("plan.json")), fileNamed("plan.json"));
const markdown = fileNamed("plan.md");
const text = plan.file === "" ? plan : run(showArguments(env, plan.file, markdown), markdown);
const outputs = {
  "exit-code": text.file === "" ? text.code : plan.code,
  "plan-file": text.file === "" ? "" : plan.file,
  "markdown-file": text.file,
};
for (const [name, value] of Object.entries(outputs)) appendFileSync(env.GITHUB_OUTPUT, `${name}=${value}\n`);

function fileNamed(name) {
  return join(folder, name);
}

/** Returns the exit code, and the file's path, which is empty if the file was not written. */
function run(args, file) {
  // The log contains texts of servers and scripts. Until this token appears, GitHub takes none of them as a command.
  const token = randomUUID();
  writeSync(1, `::stop-commands::${token}\n`);
  // Both streams in one pipe: GitHub would read a second one without waiting for the line above.
  const { status } = spawnSync("bash", ["-c", `${env.INPUT_COMMAND} "$@"`, "bash", ...args], {
    stdio: ["ignore", 1, 1],
  });
  writeSync(1, `\n::${token}::\n`);
  return { code: status ?? 1, file: existsSync(file) ? file : "" };
}
