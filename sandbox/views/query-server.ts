/** The functions of one design document, as CouchDB's query server has them. */

import { randomUUID } from "node:crypto";
import { parseFunction } from "../../src/design-doc-rules/function-text.js";
import type { JsonObject } from "../json.js";
import type { FunctionThread } from "./function-thread.js";

/** Why a source does not compile. */
export class CompilationError extends Error {}

/** For each function, in the order of compilation: what it emitted. */
type Emitted = [key: unknown, value: unknown][][];

export class QueryServer {
  readonly #thread: FunctionThread;
  readonly #key = randomUUID();
  readonly #setup: [name: string, text: string][];

  /** @param designDoc what `require` finds its modules in */
  constructor(thread: FunctionThread, designDoc: JsonObject = {}) {
    this.#thread = thread;
    this.#setup = [["open", JSON.stringify(designDoc)]];
  }

  /** @throws CompilationError */
  async compile(source: string): Promise<void> {
    const parsed = parseFunction(source);
    if ("fault" in parsed) throw new CompilationError(`SyntaxError: ${parsed.fault.message} (${source})`);
    const script = JSON.stringify(parsed.script);
    const refusal = (await this.#call("compile", parsed.script)) as { fault: string } | null;
    if (refusal) throw new CompilationError(`${refusal.fault} (${source})`);
    this.#setup.push(["compile", script]);
  }

  async mapDocs(docs: readonly unknown[]): Promise<Emitted[]> {
    return (await this.#callEach("map", docs)) as Emitted[];
  }

  /** For each group what the reduce function, the one that was compiled, returns; null if it throws. */
  reduce(groups: readonly { readonly keys: unknown; readonly values: unknown }[]): Promise<unknown[]> {
    return this.#callEach("reduce", groups);
  }

  /** Null, or what the validation function, the one that was compiled, threw. */
  async validate(args: readonly unknown[]): Promise<{ thrown: unknown } | null> {
    return (await this.#call("validate", args)) as { thrown: unknown } | null;
  }

  async #call(name: string, arg: unknown): Promise<unknown> {
    const [result] = await this.#callEach(name, [arg]);
    return result;
  }

  async #callEach(name: string, values: readonly unknown[]): Promise<unknown[]> {
    const args = values.map((value) => JSON.stringify(value));
    const results = await this.#thread.call({ key: this.#key, setup: this.#setup, name, args });
    return results.map((text) => JSON.parse(text));
  }
}
