/** The functions of one design document, run as CouchDB's query server runs them. */

import { randomUUID } from "node:crypto";
import { parseFunction } from "../../src/design-doc-rules/function-text.js";
import type { JsonObject } from "../json.js";
import type { FunctionThread } from "./function-thread.js";

/** The reason why a source does not compile. */
export class CompilationError extends Error {}

/** The emitted rows of each function, in the order of compilation. */
type Emitted = [key: unknown, value: unknown][][];

/** What a validation function threw: a value, or an exception with this name. */
export type Thrown = { readonly thrown: unknown } | { readonly failed: string };

export class QueryServer {
  readonly #thread: FunctionThread;
  readonly #key = randomUUID();
  readonly #setup: [name: string, text: string][];

  /** @param designDoc the document that `require` loads modules from */
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

  /** Returns the result of the compiled reduce function for each group; null if it throws. */
  reduce(groups: readonly { readonly keys: unknown; readonly values: unknown }[]): Promise<unknown[]> {
    return this.#callEach("reduce", groups);
  }

  /** Returns null if the compiled validation function threw nothing. */
  async validate(args: readonly unknown[]): Promise<Thrown | null> {
    return (await this.#call("validate", args)) as Thrown | null;
  }

  /** Returns for each document whether the compiled filter lets it through, or the name of what it threw. */
  async filter(calls: readonly (readonly [doc: unknown, req: unknown])[]): Promise<(boolean | { thrown: string })[]> {
    return (await this.#callEach("filter", calls)) as (boolean | { thrown: string })[];
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
