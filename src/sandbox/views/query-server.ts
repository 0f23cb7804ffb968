/**
 * Runs the JavaScript of design documents, in a context of its own that has what CouchDB's query server offers:
 * `emit`, `sum`, `isArray`, `toJSON`, `log`, `require`. Values pass as JSON, and a time limit ends endless loops.
 *
 * node:vm separates, it does not confine: the functions are trusted as much as whoever starts the sandbox.
 */

import vm from "node:vm";
import { parseFunction } from "../../design-doc-rules/function-text.js";
import type { JsonObject } from "../json.js";
import { CouchError } from "../reply.js";

const prelude = `
  delete globalThis.console;
  var AsyncFunction = (async function () {}).constructor;
  var emitted = [], functions = [];
  function plain(value) { return JSON.parse(JSON.stringify(value === undefined ? null : value) || "null"); }
  function emit(key, value) { emitted.push([plain(key), plain(value)]); }
  function sum(values) { var total = 0; for (var i = 0; i < values.length; i++) total += values[i]; return total; }
  function isArray(value) { return Array.isArray(value); }
  function toJSON(value) { return JSON.stringify(value); }
  function log() {}
  function freeze(value) {
    if (value && typeof value === "object") { Object.values(value).forEach(freeze); Object.freeze(value); }
    return value;
  }

  var modules = {};
  function require(name) { return load([], name); }
  function load(from, name) {
    var path = /^\\./.test(name) ? from.slice(0, -1) : [];
    name.split("/").forEach(function (part) {
      if (part === "..") path.pop(); else if (part !== "." && part !== "") path.push(part);
    });
    var id = path.join("/");
    if (modules[id]) return modules[id].exports;
    var source = path.reduce(function (node, part) { return node === undefined ? node : node[part]; }, designDoc);
    if (typeof source !== "string") throw { error: "invalid_require_path", reason: "Object has no property " + name };
    var module = modules[id] = { id: id, exports: {} };
    new Function("module", "exports", "require", source)
      .call(module, module, module.exports, function (next) { return load(path, next); });
    return module.exports;
  }

  function mapDocs(docs) {
    return docs.map(function (doc) {
      freeze(doc);
      return functions.map(function (map) {
        emitted = [];
        try { map(doc); } catch (thrown) { emitted = []; }
        return emitted;
      });
    });
  }
  function reduce(index, keys, values) {
    try { return plain(functions[index](keys, values, false)); } catch (thrown) { return null; }
  }
  function validate(index, args) {
    try { functions[index].apply(null, args); return null; }
    catch (thrown) {
      if (thrown instanceof Error) return { thrown: { error: thrown.name, reason: thrown.message } };
      return { thrown: plain(thrown) };
    }
  }
`;

/** CouchDB's own limit, `os_process_timeout`. */
const timeout = 5000;

/** Why a source does not compile. */
export class CompilationError extends Error {}

export class QueryServer {
  readonly #context: vm.Context;
  #functions = 0;

  /** @param designDoc what `require` finds its modules in */
  constructor(designDoc: JsonObject = {}) {
    this.#context = vm.createContext({ designDocJson: JSON.stringify(designDoc) });
    this.#run(`${prelude}; var designDoc = JSON.parse(designDocJson);`);
  }

  /**
   * @returns the number that the function is called by
   * @throws CompilationError
   */
  compile(source: string): number {
    const parsed = parseFunction(source);
    if ("fault" in parsed) throw new CompilationError(`SyntaxError: ${parsed.fault.message} (${source})`);
    let isFunction: unknown;
    try {
      this.#run(`__function = (0, eval)(${JSON.stringify(parsed.script)})`);
      isFunction = this.#run(`typeof __function === "function" && !(__function instanceof AsyncFunction)`);
    } catch (error) {
      throw new CompilationError(`${error} (${source})`);
    }
    if (!isFunction) throw new CompilationError(`Expression does not eval to a function. (${source})`);
    this.#run("functions.push(__function)");
    this.#functions += 1;
    return this.#functions - 1;
  }

  /** For each document, for each function in the order of compilation: what it emitted. */
  mapDocs(docs: readonly unknown[]): [key: unknown, value: unknown][][][] {
    return this.#call("mapDocs", [docs]) as [unknown, unknown][][][];
  }

  /** What a reduce function returns; null if it throws. */
  reduce(index: number, keys: unknown, values: unknown): unknown {
    return this.#call("reduce", [index, keys, values]);
  }

  /** Null, or what a validation function threw. */
  validate(index: number, args: readonly unknown[]): { thrown: unknown } | null {
    return this.#call("validate", [index, args]) as { thrown: unknown } | null;
  }

  #call(name: string, args: readonly unknown[]): unknown {
    this.#context.__args = JSON.stringify(args);
    return JSON.parse(String(this.#run(`JSON.stringify(${name}.apply(null, JSON.parse(__args)))`)));
  }

  #run(code: string): unknown {
    try {
      return vm.runInContext(code, this.#context, { timeout });
    } catch (error) {
      if (isTimeout(error)) throw new CouchError(500, "os_process_error", "OS process timed out.");
      throw error;
    }
  }
}

/** The error comes from the context, so that it is no `Error` of ours. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === "object" && error !== null && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
  );
}
