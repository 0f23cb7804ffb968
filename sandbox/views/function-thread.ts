/**
 * The thread of an embedded server that runs all functions of its design documents and the regular expressions of
 * selectors, one call at a time. If a call does not end, the thread is terminated, and the next call starts a new
 * one. The server answers other requests meanwhile.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { CouchError } from "../reply.js";
import { prelude } from "./prelude.js";

/** CouchDB's own limit, `os_process_timeout`, in milliseconds. */
const timeLimit = 5000;

const limits = {
  /**
   * Bytes for the functions of one design document. More than CouchDB's 64 MB, because a reduce gets all its rows in
   * one call.
   */
  memory: 256 * 1024 * 1024,
  /** Bytes that the engine may hold after a call; if it holds more, it is replaced. */
  keptMemory: 512 * 1024 * 1024,
  /** Bytes. The engine counts its own stack; the thread's stack has to be large enough for it. */
  stack: 256 * 1024,
  /** The number of design documents after which the engine is replaced. */
  maxContexts: 64,
};

export interface FunctionCall {
  /** The key of the context. */
  readonly key: string;
  /** A function of the prelude, called once per JSON text. */
  readonly name: string;
  readonly args: readonly string[];
  /** The calls that create the context if it does not exist. */
  readonly setup: readonly (readonly [name: string, text: string])[];
  /** Milliseconds. Default: CouchDB's time limit for a function. */
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
   * Returns the JSON texts that the function returned.
   *
   * @throws CouchError 500 if the function does not end in time, or runs out of memory or stack
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

  async #run({ setup, limit = timeLimit, ...call }: FunctionCall): Promise<readonly string[]> {
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

/** The thread gets neither our environment variables nor our flags. */
async function start(): Promise<Worker> {
  const worker = new Worker(new URL("./sandbox-functions.cjs", import.meta.url), {
    workerData: { ...limits, prelude },
    env: {},
    argv: [],
    execArgv: [],
    resourceLimits: { stackSizeMb: 16 },
  });
  // The thread does not keep the process alive; the server does.
  worker.unref();
  worker.on("error", () => undefined);
  await once(worker, "message");
  return worker;
}

function processError(reason: string): CouchError {
  return new CouchError(500, "os_process_error", reason);
}
