/** Calls the command line in this process, with a stub of the library. */
import { onTestFinished, vi } from "vitest";
import type { Engine, Io } from "../../src/commands/command.js";
import { main } from "../../src/main.js";
import type { Migrations } from "../../src/migrations/step.js";
import {
  abortOf,
  applyOf,
  diagnosisOf,
  importOf,
  lintOf,
  planOf,
  stageOf,
  statusOf,
  testsOf,
} from "../render/results.js";
import { tempFolder } from "../support/temp.js";

export interface CallOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly engine?: Partial<Engine>;
  /** In the working directory. */
  readonly files?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly stdin?: Io["stdin"];
  readonly fastPath?: Io["fastPath"];
}

export interface Called {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly folder: string;
}

/** No CouchDB listens at this address: the stub sends no requests. */
export const service = { COUCHDB_SERVICE_HOST: "couchdb", COUCHDB_USERNAME: "overlord", COUCHDB_PASSWORD: "geheim" };

export async function call(
  argv: readonly string[],
  { env = service, engine = {}, files = {}, signal = new AbortController().signal, stdin, fastPath }: CallOptions = {},
): Promise<Called> {
  const folder = await tempFolder(files);
  const before = process.cwd();
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
  const texts = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof texts) => ({
    write: (text: string) => {
      texts[name] += text;
    },
  });
  const library = { ...stubEngine(), ...engine };
  const io = {
    env,
    ...(stdin && { stdin }),
    ...(fastPath && { fastPath }),
    signal,
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    engine: async () => library,
  };
  // Tests write a termination log only if they ask for one, whatever the machine has set.
  const code = await main(argv, { ...io, env: { COUCHDB_MIGRATE_TERMINATION_LOG: "none", ...env } });
  return { code, ...texts, folder };
}

export function stubEngine(): Engine {
  return {
    loadMigrations: vi.fn(async (path: string) => migrations(path)),
    plan: vi.fn(async () => planOf([])),
    apply: vi.fn(async () => applyOf({ result: "unchanged" })),
    stage: vi.fn(async () => stageOf()),
    abortStage: vi.fn(async () => abortOf()),
    status: vi.fn(async () => statusOf()),
    runTests: vi.fn(async () => testsOf()),
    wait: vi.fn(async () => {}),
    forget: vi.fn(async () => {}),
    accept: vi.fn(async () => {}),
    correctRelease: vi.fn(async () => {}),
    correctEnvironment: vi.fn(async () => {}),
    unlock: vi.fn(async () => ({ lease: null, parts: [] })),
    importServer: vi.fn(async () => importOf()),
    importBootstrap: vi.fn(async () => importOf()),
    lint: vi.fn(async () => lintOf()),
    doctor: vi.fn(async () => diagnosisOf()),
  };
}

export function migrations(path: string, secret = "brutstaette"): Migrations {
  const step = {
    id: "zerglings",
    kind: "ensureDatabase",
    desired: {},
    shown: {},
    spoken: [],
    secrets: new Map([["/password", secret]]),
    checksum: "1:0",
    allowDestroy: false,
    position: { file: `${path}/001.yaml`, line: 1, column: 3 },
  };
  return { path, files: [`${path}/001.yaml`], steps: [step] };
}
