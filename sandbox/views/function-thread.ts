/**
 * The thread of one embedded server in which all functions of its design documents run, and the regular expressions of
 * selectors, one call at a time. A call that does not end ends the thread, and the next call starts another one: the
 * server answers meanwhile.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { CouchError } from "../reply.js";
import { prelude } from "./prelude.js";

/** CouchDB's own limit, `os_process_timeout`, in milliseconds. */
const longest = 5000;

const limits = {
  /** Bytes for the functions of a design document. More than CouchDB's 64 MB: a reduce gets all its rows at once. */
  memory: 256 * 1024 * 1024,
  /** Bytes that the engine may hold after a call; beyond that a new one begins. */
  keptMemory: 512 * 1024 * 1024,
  /** Bytes. The engine counts them on a stack of its own; the thread's stack has to hold what it stands for. */
  stack: 256 * 1024,
  /** For how many design documents the engine is kept; then a new one begins. */
  maxContexts: 64,
};

export interface FunctionCall {
  /** Of the context. */
  readonly key: string;
  /** A function of the prelude, called with each of the JSON texts. */
  readonly name: string;
  readonly args: readonly string[];
  /** The calls that make the context where it is not there. */
  readonly setup: readonly (readonly [name: string, text: string])[];
  /** Milliseconds. Default: as long as CouchDB waits for a function. */
  readonly limit?: number;
}

interface Answer {
  readonly results?: readonly string[];
  readonly absent?: true;
  readonly broken?: true;
}

export class FunctionThread {
  #worker: Promise<Worker> | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  /**
   * The JSON texts that the function returned.
   *
   * @throws CouchError 500 if it does not end in time, or uses up memory or stack
   */
  call(call: FunctionCall): Promise<readonly string[]> {
    const result = this.#queue.then(() => this.#run(call));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#end();
  }

  async #run({ setup, limit = longest, ...call }: FunctionCall): Promise<readonly string[]> {
    let answer = await this.#ask(call, limit);
    if (answer.absent) answer = await this.#ask({ ...call, setup }, limit);
    if (!answer.results) throw processError("The functions used up their memory or their stack.");
    return answer.results;
  }

  async #ask(message: object, limit: number): Promise<Answer> {
    if (this.#closed) throw processError("The server is closed.");
    this.#worker ??= start();
    const over = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    try {
      const worker = await this.#worker;
      const answer = once(worker, "message", { signal: over.signal });
      const exit = once(worker, "exit", { signal: over.signal }).then(() => Promise.reject(new Error("it ended")));
      timer = setTimeout(() => over.abort(), limit);
      worker.postMessage(message);
      return (await Promise.race([answer, exit]))[0] as Answer;
    } catch {
      await this.#end();
      throw processError(over.signal.aborted ? "OS process timed out." : "The thread of the functions ended.");
    } finally {
      clearTimeout(timer);
      over.abort();
    }
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.then(
      (started) => started.terminate(),
      () => undefined,
    );
  }
}

/** The thread has no environment of ours, and none of our flags. */
async function start(): Promise<Worker> {
  const worker = new Worker(new URL("./sandbox-functions.cjs", import.meta.url), {
    workerData: { ...limits, prelude },
    env: {},
    argv: [],
    execArgv: [],
    resourceLimits: { stackSizeMb: 16 },
  });
  // The server keeps the process alive, and not what it once computed.
  worker.unref();
  worker.on("error", () => undefined);
  await once(worker, "message");
  return worker;
}

function processError(reason: string): CouchError {
  return new CouchError(500, "os_process_error", reason);
}
