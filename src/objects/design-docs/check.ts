/** Everything that is wrong with a design document, found without CouchDB. Pure. */

import { parseFunction, parseModule } from "../../design-doc-rules/function-text.js";
import type { Parsed, SyntaxFault } from "../../design-doc-rules/javascript.js";
import { toPointer, valueAt } from "../../text/pointer.js";
import { type DesignDoc, type Fault, idOf, isJavaScript } from "./design-doc.js";
import { type CodeMember, type FunctionMember, functionsOf } from "./members.js";
import { isReduceName, reduceFaults } from "./reduces.js";
import { moduleKeys, requiresIn } from "./requires.js";
import { shapeFaults } from "./shape.js";

/** CouchDB's default `max_document_size`. */
const maxBytes = 8_000_000;

export function designDocFaults(name: string, doc: DesignDoc): Fault[] {
  const text = JSON.stringify(doc);
  return [...sizeFaults(name, text), ...contentFaults(doc, text)];
}

/** The same text has the same faults; the databases of many tenants often have the same design documents. */
const known = new Map<string, readonly Fault[]>();
const mostKnown = 100;
/** Characters. */
const longestKnown = 50_000;

function contentFaults(doc: DesignDoc, text: string): readonly Fault[] {
  const found = known.get(text);
  if (found) return found;
  const code = isJavaScript(doc) ? codeFaults(doc) : [];
  const faults = [...shapeFaults(doc), ...reduceFaults(doc), ...code];
  if (known.size >= mostKnown) known.clear();
  if (text.length <= longestKnown) known.set(text, faults);
  return faults;
}

function sizeFaults(name: string, text: string): Fault[] {
  const bytes = Buffer.byteLength(JSON.stringify({ _id: idOf(name) })) + Buffer.byteLength(text) - 1;
  if (bytes <= maxBytes) return [];
  const message = `it has ${(bytes / 1e6).toFixed(1)} MB; CouchDB allows at most ${maxBytes / 1e6} MB`;
  return [{ keys: [], code: "design-doc-too-large", message }];
}

function codeFaults(doc: DesignDoc): Fault[] {
  const modules = new Modules(doc);
  const faults = functionsOf(doc).flatMap((member) => functionFaults(member, modules));
  return [...faults, ...modules.faults];
}

function functionFaults({ keys, source, sees }: FunctionMember, modules: Modules): Fault[] {
  if (sees === "nothing" && isReduceName(source)) return [];
  if (source.trim() === "") return [{ keys, code: "empty-function", message: "the function is empty" }];
  const parsed = parseFunction(source);
  const fault = "fault" in parsed ? parsed.fault : parsed.noFunction;
  if (fault) return [syntaxFault(keys, isLibrary(keys) ? { ...fault, message: takenForAView(keys) } : fault)];
  return "fault" in parsed || sees === "nothing" ? [] : modules.follow(parsed, keys, sees);
}

function isLibrary([section, name]: readonly string[]): boolean {
  return section === "views" && name === "lib";
}

/** CouchDB only stores what it can compile, and it compiles this although it is a module of a library. */
function takenForAView(keys: readonly string[]): string {
  const name = keys.at(-1);
  return `CouchDB mistakes a module \`views.lib.${name}\` for the ${name} function of a view \`lib\`: rename the module`;
}

function syntaxFault(keys: readonly string[], { offset, message }: SyntaxFault): Fault {
  return { keys, offset, code: "function-syntax", message };
}

/** The CommonJS modules that were found, each checked once. */
class Modules {
  readonly faults: Fault[] = [];
  readonly #doc: DesignDoc;
  readonly #met = new Set<string>();

  constructor(doc: DesignDoc) {
    this.#doc = doc;
  }

  add({ keys, source }: CodeMember): void {
    const at = toPointer(keys);
    if (this.#met.has(at)) return;
    this.#met.add(at);
    const parsed = parseModule(source);
    if ("fault" in parsed) this.faults.push(syntaxFault(keys, parsed.fault));
    // A module for several environments may require modules that CouchDB does not have; that is not a fault.
    else this.follow(parsed, keys, "all", keys);
  }

  /** Checks the `require` calls there; returns the modules that are not found. `module`: the module that requires. */
  follow(parsed: Parsed, keys: readonly string[], sees: "lib" | "all", module?: readonly string[]): Fault[] {
    return requiresIn(parsed).flatMap((required) => {
      const found = moduleKeys(required.module, module);
      const visible = found && (sees === "all" || isLibrary(found));
      const source = visible ? valueAt(this.#doc, toPointer(found)) : undefined;
      const fault = (message: string) => [
        { keys, offset: parsed.inText(required.offset), code: "missing-module", message },
      ];
      if (found && typeof source === "string") this.add({ keys: found, source });
      if (required.tried || module) return [];
      if (typeof source !== "string") {
        const where = sees === "lib" ? "`views.lib`, the only field that this function sees," : "the design document";
        return fault(`${where} has no module \`${required.module}\``);
      }
      if (sees === "lib" && required.atOnce) {
        return fault("modules are not available when CouchDB compiles a view: call `require` inside the function");
      }
      return [];
    });
  }
}
