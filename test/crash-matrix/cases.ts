/** One case of the matrix: a run that is broken at one request in one way, a rerun, and the outcome. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { apply, loadMigrations, type Migrations } from "../../src/index.js";
import type { Bench } from "../promises/benches.js";
import { firstOf, type Point, pointsOf } from "../promises/points.js";
import { loginEnv, startCli } from "../support/cli.js";
import type { Fault } from "../support/proxy.js";
import { makeFolder, writeFiles } from "../support/temp.js";
import { nextEnv, nextFiles } from "./next-set.js";
import { env, files, kindsLeftOut } from "./set.js";
import type { shards } from "./shards.js";
import { differences, type State, stateOf } from "./state.js";
import { isUnderLease, type Zombie, type ZombieOutcome, zombieOutcome, zombies } from "./zombies.js";

/**
 * How a request goes wrong, the most telling first. `writesOnly`: whether the server acted makes no difference unless
 * the request writes.
 */
export const faults: Readonly<
  Record<string, { readonly fault: Fault | Zombie | "kill-before" | "kill-after"; readonly writesOnly?: true }>
> = {
  "lost after": { fault: "lost-after" },
  "killed after": { fault: "kill-after", writesOnly: true },
  "lost before": { fault: "lost-before" },
  "killed before": { fault: "kill-before" },
  "500 after": { fault: { status: 500, acted: true }, writesOnly: true },
  "silence after": { fault: "silence-after", writesOnly: true },
  "cut body": { fault: "cut-body" },
  "500 instead": { fault: { status: 500 } },
  "503 instead": { fault: { status: 503 } },
  "429 instead": { fault: { status: 429 } },
  "silence before": { fault: "silence" },
  ...(Object.fromEntries(zombies.map((name) => [name, { fault: name, writesOnly: true }])) as Record<
    Zombie,
    { readonly fault: Zombie; readonly writesOnly: true }
  >),
};

export interface MatrixCase {
  readonly point: Point;
  readonly fault: string;
}

export interface Outcome {
  /** Whether the request to break was sent. */
  readonly reached: boolean;
  /** The rerun lost its lease because the machine was slow, and was repeated. */
  readonly late: boolean;
  /** What differs from the undisturbed run, or what went wrong; empty: nothing. */
  readonly diverged: object;
  /** What is reported, but is not a divergence. */
  readonly told?: object;
}

/** Both in milliseconds, as the flags with these names. */
export interface MatrixOptions {
  /** How long to wait for a silent server. */
  readonly requestTimeout: number;
  /** How long to wait for a killed runner's lease. A slower machine loses its lease. */
  readonly leaseTtl: number;
}

/** The loaded set, and what an undisturbed run of it sends and leaves. */
export class Matrix {
  readonly #folder: string;
  readonly #migrations: Migrations;
  readonly #options: MatrixOptions;
  readonly #next: Migrations;
  points: readonly Point[] = [];
  expected: State = {};

  private constructor(folder: string, migrations: Migrations, next: Migrations, options: MatrixOptions) {
    this.#folder = folder;
    this.#migrations = migrations;
    this.#next = next;
    this.#options = options;
  }

  /**
   * Throws if a step kind is missing from the set, or the undisturbed run fails.
   *
   * @param more further files of both versions of the set
   */
  static async open(bench: Bench, options: MatrixOptions, more: Partial<typeof shards> = {}): Promise<Matrix> {
    const folder = await makeFolder();
    await writeFiles(folder, inFolder("first", { ...files, ...more.first }));
    await writeFiles(folder, inFolder("next", { ...nextFiles, ...more.next }));
    const migrations = await loadMigrations(join(folder, "first"), { env });
    const next = await loadMigrations(join(folder, "next"), { env: nextEnv });
    const missing = kindsLeftOut(migrations.steps.map(({ kind }) => kind));
    if (missing.length > 0) throw new Error(`not in the set of test/crash-matrix/set.ts: ${missing.join(", ")}`);
    const matrix = new Matrix(folder, migrations, next, options);
    const failures = await matrix.run(bench);
    if (failures.length > 0) throw new Error(`the undisturbed run failed: ${JSON.stringify(failures)}`);
    matrix.points = pointsOf(bench.proxy.requests).filter(({ name }) => !isPolledAgain(name));
    matrix.expected = await stateOf(bench.server);
    return matrix;
  }

  get folder(): string {
    return this.#folder;
  }

  cases(names: readonly string[]): MatrixCase[] {
    return names.flatMap((fault) =>
      this.points
        .filter((point) => point.writes || !faults[fault]?.writesOnly)
        .filter((point) => !isZombie(faults[fault]?.fault) || isUnderLease(point))
        .map((point) => ({ point, fault })),
    );
  }

  /** Expects a bench in its state before the first run. */
  async outcome(bench: Bench, { point, fault: name }: MatrixCase): Promise<Outcome> {
    const { fault } = faults[name] ?? { fault: "lost-before" };
    if (isZombie(fault)) {
      const sets = { first: this.#migrations, folder: join(this.#folder, "first"), next: this.#next };
      return { late: false, ...(await zombieOutcome(bench, sets, point, fault, this.#options.leaseTtl)) };
    }
    let reached = false;
    const matches = point.matcher();
    const noted = (request: Parameters<typeof matches>[0]) => {
      const hit = matches(request);
      reached ||= hit;
      return hit;
    };
    if (fault === "kill-before" || fault === "kill-after") await this.#runKilled(bench, noted, fault);
    else {
      bench.proxy.faultWhen(noted, fault);
      // Whether the run recovers by itself does not matter here.
      await this.run(bench).catch(() => {});
    }
    let late = false;
    let failures = await this.#rerun(bench);
    // On a busy machine, it may be too late to renew its lease: that is not a divergence.
    for (let more = 5; more > 0 && failures.some((failure) => codeOf(failure) === "lease-lost"); more -= 1) {
      late = true;
      failures = await this.#rerun(bench);
    }
    if (failures.length > 0)
      return {
        reached,
        late,
        diverged: { "the rerun failed": failures.map((one) => (one instanceof Error ? String(one) : one)) },
      };
    return { reached, late, diverged: differences(await stateOf(bench.server), this.expected) };
  }

  /** A runner with few other steps loses its lease at the first such write of this kind. */
  async zombieOfKind(bench: Bench, kind: string, write: string, fault: Zombie): Promise<ZombieOutcome> {
    const needed = new Set([kind, "ensureDatabase"]);
    const first = { ...this.#migrations, steps: this.#migrations.steps.filter((step) => needed.has(step.kind)) };
    const sets = { first, folder: join(this.#folder, "first"), next: this.#next };
    return zombieOutcome(bench, sets, firstOf(write), fault, this.#options.leaseTtl);
  }

  async run({ server, proxy }: Bench): Promise<readonly unknown[]> {
    const { name, password } = server.admin;
    const connection = { url: proxy.url, username: name, password, requestTimeout: this.#options.requestTimeout };
    const { failures } = await apply(this.#migrations, { connection, wait: 20_000, leaseTtl: this.#options.leaseTtl });
    return failures;
  }

  #rerun(bench: Bench): Promise<readonly unknown[]> {
    return this.run(bench).catch((error: Error) => [error]);
  }

  async #runKilled(
    { server, proxy }: Bench,
    matches: Parameters<Bench["proxy"]["faultWhen"]>[0],
    when: "kill-before" | "kill-after",
  ): Promise<void> {
    const victim = startCli(
      ["apply", join(this.#folder, "first"), "--lease-ttl", `${this.#options.leaseTtl}ms`, "--wait", "20s"],
      {
        env: { ...env, ...loginEnv(proxy.url, server.admin) },
      },
    );
    const kill = async () => {
      victim.child.kill("SIGKILL");
      await victim.result;
    };
    proxy.faultWhen(matches, when === "kill-before" ? { before: kill } : { after: kill });
    await victim.result;
    // By then, the server has handled what the runner had sent concurrently.
    await sleep(50);
  }
}

function isZombie(fault: unknown): fault is Zombie {
  return zombies.some((name) => name === fault);
}

function inFolder(folder: string, all: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(all).map(([name, text]) => [join(folder, name), text]));
}

function codeOf(failure: unknown): string | undefined {
  return (failure as { code?: string }).code;
}

/** How often a run checks the progress of a build or a split depends on the machine: the first two requests stand for all. */
function isPolledAgain(name: string): boolean {
  return /\/(?:_info|_active_tasks|_shards|_reshard\/jobs), (?:[3-9]|\d\d)/.test(name);
}
