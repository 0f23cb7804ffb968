/** Runs a command as a process, again and again, killed at random requests. */
import { type CliResult, loginEnv, startCli } from "../../support/cli.js";
import type { Addressed } from "../../support/request.js";

export class Runner {
  readonly #nodes: readonly Addressed[];
  kills = 0;
  runs = 0;
  leasesLost = 0;

  /** @param nodes each run goes through another one */
  constructor(nodes: readonly Addressed[]) {
    this.#nodes = nodes;
  }

  /**
   * Starts it `kills` times, to be killed at a random one of its first `requests` requests, and then until it succeeds.
   * Returns the result of its last run.
   */
  async untilDone(args: readonly string[], kills: number, requests: number): Promise<CliResult> {
    for (let i = 0; i < kills; i += 1) await this.#run(args, 1 + Math.floor(Math.random() * requests));
    for (;;) {
      const result = await this.#run(args);
      if (result.code === 0) return result;
    }
  }

  /** Throws if it fails. A busy machine can't always keep a lease: then the next run continues. */
  async #run(args: readonly string[], killedAt = Number.POSITIVE_INFINITY): Promise<CliResult> {
    const node = this.#nodes[this.runs % this.#nodes.length];
    if (!node) throw new Error("no node");
    this.runs += 1;
    const all = [...args, "--wait", "180s", "--format", "json"];
    const env = { ...loginEnv(node.url, node.admin), COUCHDB_MIGRATE_TERMINATION_LOG: "none" };
    const { child, result } = startCli([...all, "--log-level", "trace", "--log-format", "json"], { env });
    let requests = 0;
    child.stderr?.on("data", (text: string) => {
      const before = requests;
      requests += text.split('"event":"request"').length - 1;
      // A moment later, the next request is on its way.
      if (before < killedAt && requests >= killedAt) setTimeout(() => child.kill("SIGKILL"), Math.random() * 100);
    });
    const ended = await result;
    if (ended.signal === "SIGKILL") this.kills += 1;
    else if (/lease-lost/.test(ended.stderr)) this.leasesLost += 1;
    else if (ended.code !== 0) throw new Error(`${args[0]} ended with ${ended.code}: ${ended.stderr.slice(-3_000)}`);
    return ended;
  }
}
