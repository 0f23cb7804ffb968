/** The action as a workflow uses it: its steps, run in a project against a server and a stand-in for GitHub. */
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planMarkdown } from "../../src/render/plan-markdown.js";
import { loginEnv, root } from "../support/cli.js";
import { type Embedded, startEmbedded } from "../support/embedded.js";
import { must, request } from "../support/request.js";
import { tempFolder } from "../support/temp.js";
import { type Comment, forbidden, refusedByGraphQL, startGitHub } from "./github.js";
import { commandsIn, runAction } from "./harness.js";

const { markerOf } = await import("../../action/comment.mjs" as string);

const password = "a-password-that-nobody-may-see";
let server: Embedded;
beforeAll(async () => {
  server = await startEmbedded({ admins: { overmind: password } });
  await must(server, "PUT", "/hatchery");
  await must(server, "PUT", "/spire");
  await must(server, "PUT", "/zerglings");
  await must(server, "PUT", "/zerglings/egg", { body: { hatched: false } });
  const views = { all: { map: "function (doc) { emit(1); }" } };
  await must(server, "PUT", "/zerglings/_design/brood", { body: { views } });
});
afterAll(() => server.close());

const creates = "- id: drones\n  ensureDatabase:\n    name: drones\n";
const updates =
  '- id: brood\n  ensureDesignDocs:\n    database: zerglings\n    docs:\n      brood: { views: { all: { map: "function (doc) { emit(2); }" } } }\n';
const removes = "- id: hatchery-gone\n  removeDatabase:\n    name: hatchery\n    allowDestroy: true\n";
const refused = "- id: spire-gone\n  removeDatabase:\n    name: spire\n";
const secret = "- id: queen\n  ensureUser:\n    name: queen\n    password: ${COUCHDB_PASSWORD}\n";

const installed = "node_modules/.bin/couchdb-migrate";

/** A pull request with these files, on which the action may run several times. */
async function pullRequest(files: Readonly<Record<string, string>>, github: { readonly url: string }) {
  const event = JSON.stringify({ pull_request: { number: 7, head: { sha: "5ca1ab1e" } } });
  const workspace = await tempFolder({ "event.json": event, ...files });
  if (installed in files) chmodSync(join(workspace, installed), 0o755);
  return async (inputs: Readonly<Record<string, string>> = {}, env: Readonly<Record<string, string>> = {}) => {
    const result = await runAction({
      workspace,
      temp: await tempFolder(),
      inputs,
      env: {
        ...loginEnv(server.url, server.admin),
        GITHUB_EVENT_PATH: join(workspace, "event.json"),
        GITHUB_GRAPHQL_URL: github.url,
        GITHUB_SERVER_URL: "https://github.example",
        GITHUB_REPOSITORY: "swarm/hive",
        GITHUB_RUN_ID: "1",
        ...env,
      },
    });
    expect(`${result.log}${result.summary}${JSON.stringify(result.outputs)}`).not.toContain(password);
    return result;
  };
}

it("shows a plan that creates, updates, removes and refuses: outputs, annotations, summary, comment", async () => {
  const github = await startGitHub();
  const all = `${creates}${updates}${removes}${refused}${secret}`;
  // The default command finds it, as `npm ci` would have installed it.
  const bin = `#!/bin/sh\nexec "${process.execPath}" "${join(root, "dist/cli.cjs")}" "$@"\n`;
  const files = { "migrations/001.yaml": all, "package.json": "{}", [installed]: bin };
  const run = await pullRequest(files, github);
  const { code, outputs, summary, log } = await run();

  expect(outputs).toMatchObject({ creates: "2", updates: "1", removes: "1", refused: "1", rebuilds: "1" });
  expect(outputs).toMatchObject({ changes: "4", "exit-code": "1" });
  const plan = JSON.parse(readFileSync(outputs["plan-file"] ?? "", "utf8"));
  expect(plan.steps).toHaveLength(5);
  const markdown = readFileSync(outputs["markdown-file"] ?? "", "utf8");
  expect(markdown).toBe(planMarkdown(plan));
  expect(log.match(/^connected to/gm), "the server is asked once").toHaveLength(1);
  expect(summary).toContain(markdown);

  const lineOf = (id: string) => all.split("\n").indexOf(`- id: ${id}`) + 1;
  expect(commandsIn(log).map((line) => line.replace(/::[^:]*$/, ""))).toEqual(
    [
      `::error file=migrations/001.yaml,line=${lineOf("spire-gone")},title=spire-gone%3A refused`,
      `::warning file=migrations/001.yaml,line=${lineOf("hatchery-gone")},title=hatchery-gone%3A removes`,
      `::warning file=migrations/001.yaml,line=${lineOf("brood")},title=brood%3A builds an index`,
      "::error ",
    ].map((start) => expect.stringContaining(start.trim())),
  );

  expect(github.comments.map(({ body }) => body)).toEqual([expect.stringContaining(markdown)]);
  expect(github.comments[0]?.body).toContain("5ca1ab1e");
  expect(github.comments[0]?.body).not.toContain(password);
  expect([...github.tokens]).toEqual(["bearer token"]);
  expect(code).toBe(1);
  expect((await request(server, "GET", "/drones")).status).toBe(404);
});

describe("with a plan that is already made", () => {
  const plan = { formatVersion: 1, set: "default", changes: 0, steps: [] };
  const stub = 'while [ "$1" != --out ]; do shift; done\ncp "${2##*/}" "$2"\nexit "${CODE:-0}"\n';
  const made = { "stub.sh": stub, "plan.json": JSON.stringify(plan), "plan.md": "## The plan\n" };
  const inputs = { command: "bash stub.sh" };

  it("one comment is created, and then updated, also by a run without a plan", async () => {
    const github = await startGitHub([other("first"), other("second")]);
    const run = await pullRequest(made, github);
    await run(inputs);
    await run(inputs);
    expect(github.comments).toHaveLength(3);
    expect(github.comments[2]?.body).toContain("## The plan");
    const failed = await run({ command: "exit 4; true" });
    expect(failed).toMatchObject({ code: 1, outputs: { "plan-file": "", creates: "", "exit-code": "4" } });
    expect(failed.summary).toContain("FAILED");
    expect(github.comments).toHaveLength(3);
    expect(github.comments[2]?.body).toContain("FAILED");
  });

  it("the comment is another one for another set or path", async () => {
    const github = await startGitHub();
    const run = await pullRequest(made, github);
    for (const other of [{}, { set: "second" }, { path: "more" }, { set: "second" }]) {
      await run({ ...inputs, ...other });
    }
    expect(github.comments).toHaveLength(3);
  });

  it("somebody else's comment stays as it is, even with our marker", async () => {
    const forged = { id: "forged", viewerDidAuthor: false, body: `${markerOf({ path: "migrations" })}\nNo changes` };
    const github = await startGitHub([{ ...forged }]);
    await (await pullRequest(made, github))(inputs);
    expect(github.comments).toEqual([forged, expect.objectContaining({ viewerDidAuthor: true })]);
    expect(github.comments[1]?.body).toContain(markerOf({ path: "migrations" }));
  });

  it.each([
    ["a status", forbidden],
    ["a GraphQL error", refusedByGraphQL],
  ])("a comment that GitHub refuses with %s becomes a note", async (_, refusal) => {
    const github = await startGitHub([], refusal);
    const { code, summary, log } = await (await pullRequest(made, github))(inputs);
    expect(code).toBe(0);
    expect(summary).toContain("## The plan");
    expect(summary).toContain("> No comment was written: GitHub answered");
    expect(commandsIn(log)).toEqual([expect.stringContaining("::notice::No comment was written")]);
  });

  it.each([
    ["the input says so", { comment: "false" }, {}],
    ["there is no pull request", {}, { "event.json": "{}" }],
  ])("there is no comment if %s", async (_, more, files) => {
    const github = await startGitHub();
    const run = await pullRequest({ ...made, ...files }, github);
    expect((await run({ ...inputs, ...more })).code).toBe(0);
    expect(github.comments).toEqual([]);
  });

  it("what the tool prints is no command for GitHub", async () => {
    const run = await pullRequest(made, { url: "" });
    const noisy = `printf '::error::forged\\n##[error]forged\\n::add-mask::a'; ${inputs.command}`;
    const { code, log } = await run({ comment: "false", command: noisy });
    expect(log).toContain("\n::error::forged\n");
    expect([code, commandsIn(log)]).toEqual([0, []]);
  });

  it("a wrong input ends the action before anything runs", async () => {
    const run = await pullRequest(made, { url: "" });
    const { code, log, outputs } = await run({ "fail-on": "anything", comment: "yes" });
    expect([code, outputs["exit-code"]]).toEqual([1, ""]);
    expect(commandsIn(log)).toHaveLength(2);
  });
});

function other(body: string): Comment {
  return { id: body, viewerDidAuthor: true, body };
}
