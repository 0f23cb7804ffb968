/**
 * A running script, in a separate thread. While it computes, the run handles signals and renews its lease. If it
 * computes or waits forever, it can be stopped. An error that it throws too late can be attributed to it. And
 * `process.exit` in it only ends the thread.
 */
import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import { Worker } from "node:worker_threads";
import { MigrateError, stopReason } from "../contract/errors.js";
import type { Print } from "../steps/script-output.js";
import { isTextTooDeep, maxNesting } from "../text/depth.js";
import type { JsonObject } from "../text/json.js";
import { span } from "../text/span.js";
import { scriptWorker } from "./script-worker.js";
import { tooDeep } from "./unfit.js";

export interface ScriptOptions {
  /**
   * The time limit for loading the script, and for each document, in milliseconds. Nothing else limits the wait for a
   * document.
   */
  readonly limit: number;
  /** The setting that changes the limit, for messages. Absent: there is none. */
  readonly setting?: string;
  /** Stops the script when it is aborted. */
  readonly signal?: AbortSignal;
  /** Removes secrets from what a script throws, because someone else wrote it. */
  foreign?(text: string): string;
  /** Receives what the script prints, before the answer to the same document. Default: dropped. */
  readonly print?: Print;
}

/** What a script's thread posts: an answer, or printed text. */
interface Message extends Answer {
  readonly key: string;
  readonly printed?: string | null;
}

interface Answer {
  readonly json?: string;
  readonly returned?: unknown;
  readonly error?: string;
}

interface Call {
  settle(answer: Answer): void;
  fail(error: Error): void;
}

export class RunningScript {
  readonly #worker: Worker;
  readonly #options: ScriptOptions;
  /** Messages that the script posts itself do not have it. */
  readonly #key = randomUUID();
  #call: Call | undefined;
  /** Why the script can't continue. */
  #ended: MigrateError | undefined;
  /** What it is doing, for messages. */
  #at = "was loaded";

  private constructor(source: string, options: ScriptOptions) {
    this.#options = options;
    const url = `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`;
    const workerData = { url, key: this.#key };
    // Output that does not come through `print` is dropped: the script must not write to the streams of the process.
    this.#worker = new Worker(scriptWorker, { eval: true, workerData, stdout: true, stderr: true });
    this.#worker.on("message", (message: Message | null | undefined) => this.#hear(message));
    this.#worker.on("error", (thrown: unknown) =>
      this.#end(failed(`threw outside its function${this.#quoted(thrown)}`, this.#at)),
    );
    this.#worker.on("exit", () =>
      this.#end(failed("ended by itself: it exits, or awaits something that never happens", this.#at)),
    );
    options.signal?.addEventListener("abort", this.#interrupt, { once: true });
  }

  /** Throws `step-failed` if the module throws, does not finish in time, or exports no function. */
  static async open(source: string, options: ScriptOptions): Promise<RunningScript> {
    const script = new RunningScript(source, options);
    try {
      if (options.signal?.aborted) script.#interrupt();
      await script.#answer();
      return script;
    } catch (error) {
      await script.close();
      if (error instanceof MigrateError) throw error;
      throw failed(`can't be loaded: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /**
   * Calls the function with a document; only one call at a time. Throws an Error if the document is the problem, or a
   * MigrateError if the script can't continue.
   */
  async change(document: JsonObject): Promise<unknown> {
    this.#at = `changed ${String(document._id)}`;
    const { json, returned } = await this.#answer(document);
    if (json === undefined) return returned;
    if (isTextTooDeep(json, maxNesting)) throw tooDeep();
    return JSON.parse(json);
  }

  async close(): Promise<void> {
    this.#options.signal?.removeEventListener("abort", this.#interrupt);
    // What it printed before is still received.
    await this.#worker.terminate();
  }

  /** The time limit keeps the process alive while the answer is awaited. */
  #answer(document?: JsonObject): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      const { limit, setting } = this.#options;
      const late = `did not end within ${span(limit)}${setting === undefined ? "" : ` (${setting})`}`;
      const timer = setTimeout(() => this.#end(failed(late, this.#at)), limit);
      const over = () => {
        clearTimeout(timer);
        this.#call = undefined;
      };
      const fail = (error: Error) => {
        over();
        reject(error);
      };
      const settle = (answer: Answer) => {
        if (answer.error !== undefined) return fail(new Error(this.#foreign(answer.error)));
        over();
        resolve(answer);
      };
      this.#call = { settle, fail };
      if (document) this.#worker.postMessage(document);
    });
  }

  #hear(message: Message | null | undefined): void {
    if (message?.key !== this.#key) this.#end(failed("posted a message, which nothing waits for", this.#at));
    else if (message.printed === undefined) this.#call?.settle(message);
    else this.#options.print?.(message.printed ?? undefined);
  }

  readonly #interrupt = () => this.#end(stopReason(this.#options.signal));

  #end(why: MigrateError): void {
    this.#ended ??= why;
    this.#call?.fail(this.#ended);
    void this.#worker.terminate();
  }

  #quoted(thrown: unknown): string {
    return `: ${this.#foreign(String(thrown instanceof Error ? thrown.message : thrown))}`;
  }

  /**
   * On one line: V8's message about a cycle has several. The lines are joined last, because a secret may have several
   * lines, too.
   */
  #foreign(text: string): string {
    const safe = this.#options.foreign?.(text);
    return safe === undefined ? text : oneLine(safe);
  }
}

function oneLine(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .join(" ");
}

function failed(what: string, at?: string): MigrateError {
  return new MigrateError("step-failed", {
    message: `the script ${what}${at === undefined ? "" : `, while it ${at}`}`,
    next: "Correct the script, then run again; changed documents are not changed again.",
  });
}
