/** The measured programs: whole processes, from start to exit. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The project's folder: npm runs scripts there. */
export const root = process.cwd();

export interface Program {
  /** Arguments for Node. */
  readonly args: readonly string[];
  /** Variables in addition to PATH. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ended {
  readonly code: number | null;
  readonly milliseconds: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function run({ args, env = {} }: Program): Promise<Ended> {
  const began = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      texts[stream] += text;
    });
  }
  return new Promise((resolve, reject) => {
    let milliseconds = 0;
    child.on("error", reject);
    child.on("exit", () => {
      milliseconds = performance.now() - began;
    });
    child.on("close", (code) => resolve({ code, milliseconds, ...texts }));
  });
}

/** Like `run`, but throws if the program fails. */
export async function must(program: Program): Promise<Ended> {
  const ended = await run(program);
  if (ended.code === 0) return ended;
  throw new Error(`node ${program.args.join(" ")} ended with ${ended.code}\n${ended.stdout}${ended.stderr}`);
}

export async function milliseconds(program: Program): Promise<number> {
  return (await must(program)).milliseconds;
}

/** Peak resident memory, in bytes. */
export async function peakMemory({ args, env }: Program): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "couchdb-migrate-bench-"));
  try {
    const BENCH_PEAK = join(folder, "peak");
    await must({ args: ["--require", join(root, "bench/peak.cjs"), ...args], env: { ...env, BENCH_PEAK } });
    return Number(await readFile(BENCH_PEAK, "utf8"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
