/** The built command, as a child process, as a pod starts it. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Login } from "./request.js";

/** The project's folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

const cli = join(root, "dist", "cli.cjs");

export interface CliOptions {
  /**
   * The whole environment of the command, besides PATH: settings from the shell that runs the tests are not passed on.
   */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the project's folder, with its own `migrations`. */
  readonly cwd?: string;
  /** Default: the built one in dist/. */
  readonly program?: string;
}

export interface CliResult {
  /** `null` if a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcess;
  readonly result: Promise<CliResult>;
}

/** Runs it to its end, however it ends. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).result;
}

/** Starts it, for tests that send it a signal. */
export function startCli(
  args: readonly string[],
  { env = {}, cwd = root, program = cli }: CliOptions = {},
): RunningCli {
  if (!existsSync(program)) throw new Error(`${program} is not there: npm run build`);
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const result = new Promise<CliResult>((resolve, reject) => {
    const texts = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream]?.setEncoding("utf8").on("data", (text: string) => {
        texts[stream] += text;
      });
    }
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...texts }));
  });
  return { child, result };
}

/** The environment of a developer's shell: a URL, a name and a password. */
export function loginEnv(url: string, { name, password }: Login): Record<string, string> {
  return { COUCHDB_URL: url, COUCHDB_USERNAME: name, COUCHDB_PASSWORD: password };
}

/** The environment of a pod: a service's address, a name and a password. */
export function podEnv(url: string, { name, password }: Login): Record<string, string> {
  const { hostname, port } = new URL(url);
  return {
    COUCHDB_SERVICE_HOST: hostname,
    COUCHDB_SERVICE_PORT: port,
    COUCHDB_USERNAME: name,
    COUCHDB_PASSWORD: password,
  };
}
