/** Runs the steps of action.yml as a runner of GitHub does, as far as they use it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { root } from "../support/cli.js";

interface Step {
  readonly id: string;
  readonly shell: string;
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

export const action: Action = parse(readFileSync(join(root, "action.yml"), "utf8"));

export interface ActionRun {
  /** Of the step that failed; 0: none. */
  readonly code: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Everything that the steps printed. */
  readonly log: string;
}

export interface Use {
  /** A checkout with the project, in which the steps run. */
  readonly workspace: string;
  /** A folder for the files that a runner makes. */
  readonly temp: string;
  readonly inputs?: Readonly<Record<string, string>>;
  /** `env` of the step that uses the action. */
  readonly env: Readonly<Record<string, string>>;
}

export async function runAction({ workspace, temp, inputs = {}, env }: Use): Promise<ActionRun> {
  const defaults = Object.entries(action.inputs).map(([name, { default: value }]) => [`inputs.${name}`, value]);
  const given = Object.entries(inputs).map(([name, value]) => [`inputs.${name}`, value]);
  const contexts: Record<string, string> = { "github.token": "token", ...Object.fromEntries([...defaults, ...given]) };
  const evaluated = (text: string): string =>
    text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, name: string) => evaluated(contexts[name] ?? ""));

  const summaryFile = join(temp, "summary");
  writeFileSync(summaryFile, "");
  let log = "";
  let code = 0;
  for (const step of action.runs.steps) {
    const outputFile = join(temp, `output-${step.id}`);
    writeFileSync(outputFile, "");
    const own = Object.entries(step.env).map(([name, value]) => [name, evaluated(value)]);
    const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run], {
      cwd: workspace,
      env: {
        PATH: process.env.PATH,
        HOME: temp,
        CI: "true",
        GITHUB_ACTION_PATH: root,
        GITHUB_OUTPUT: outputFile,
        GITHUB_STEP_SUMMARY: summaryFile,
        RUNNER_TEMP: temp,
        ...env,
        ...Object.fromEntries(own),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        log += text;
      });
    }
    [code] = await once(child, "close");
    for (const line of readFileSync(outputFile, "utf8").split("\n").filter(Boolean)) {
      const at = line.indexOf("=");
      contexts[`steps.${step.id}.outputs.${line.slice(0, at)}`] = line.slice(at + 1);
    }
    if (code !== 0) break;
  }
  const outputs = Object.entries(action.outputs).map(([name, { value }]) => [name, evaluated(value)]);
  return { code, outputs: Object.fromEntries(outputs), summary: readFileSync(summaryFile, "utf8"), log };
}

/** The commands in a log that GitHub would carry out, by its rules; see `command` in action/annotations.mjs. */
export function commandsIn(log: string): string[] {
  const found: string[] = [];
  let until = "";
  for (const line of log.split(/\r\n|\r|\n/)) {
    const [, command, data = ""] = /^\s*::([\w-]+)(?: .*?)?::(.*)$/.exec(line) ?? [];
    if (until !== "") {
      if (command === until) until = "";
    } else if (command === "stop-commands") until = data;
    else if (command !== undefined || line.includes("##[")) found.push(line);
  }
  return found;
}
