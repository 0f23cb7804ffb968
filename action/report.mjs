/** The second step of the action: outputs, annotations, summary and comment; then it fails if `fail-on` says so. */
import { appendFileSync, readFileSync } from "node:fs";
import { annotationsOf, command, commandsOf } from "./annotations.mjs";
import { commentBody, failureText, headed, markerOf } from "./comment.mjs";
import { countsOf, failureOf } from "./counts.mjs";
import { writeComment } from "./github.mjs";

const { env } = process;
const exitCode = Number(env.EXIT_CODE);
const plan = env.PLAN_FILE ? JSON.parse(readFileSync(env.PLAN_FILE, "utf8")) : undefined;
const text = headed(env.INPUT_NAME, plan ? readFileSync(env.MARKDOWN_FILE, "utf8") : failureText(exitCode));

for (const [name, value] of Object.entries(plan ? countsOf(plan) : {})) {
  appendFileSync(env.GITHUB_OUTPUT, `${name}=${value}\n`);
}
for (const line of commandsOf(plan ? annotationsOf(plan) : [])) console.log(line);
appendFileSync(env.GITHUB_STEP_SUMMARY, `${text}\n`);
if (env.INPUT_COMMENT === "true") await comment(JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, "utf8")).pull_request);

const failure = failureOf(plan, exitCode, env.INPUT_FAIL_ON);
if (failure) {
  console.log(command({ type: "error", message: failure }));
  process.exitCode = 1;
}

/** A plan without its comment is still a plan: a note says why it has none. */
async function comment(pullRequest) {
  if (!pullRequest) return;
  const github = { url: env.GITHUB_GRAPHQL_URL, token: env.INPUT_TOKEN, repository: env.GITHUB_REPOSITORY };
  const marker = markerOf({ name: env.INPUT_NAME, set: env.INPUT_SET, path: env.INPUT_PATH });
  const run = `${env.GITHUB_SERVER_URL}/${env.GITHUB_REPOSITORY}/actions/runs/${env.GITHUB_RUN_ID}`;
  const body = commentBody({ marker, text, commit: pullRequest.head?.sha, run });
  try {
    await writeComment(github, pullRequest.number, marker, body);
  } catch (error) {
    const note = `No comment was written: ${error.message}. A comment needs \`pull-requests: write\`, which pull requests from forks do not get.`;
    console.log(command({ type: "notice", message: note }));
    appendFileSync(env.GITHUB_STEP_SUMMARY, `\n> ${note}\n`);
  }
}
