/** The CommonJS modules that the functions of a design document require. Pure. */

import { parseFunction, parseModule } from "../../design-doc-rules/function-text.js";
import type { Parsed, SyntaxFault } from "../../design-doc-rules/javascript.js";
import { toPointer, valueAt } from "../../text/pointer.js";
import { type DesignDoc, type Fault, isJavaScript } from "./design-doc.js";
import { type CodeMember, type FunctionMember, functionsOf } from "./members.js";
import { moduleKeys, requiresIn } from "./requires.js";

/** The modules that a function requires, itself or through another module. */
export function modulesOf(doc: DesignDoc): Modules {
  const modules = new Modules(doc);
  if (!isJavaScript(doc)) return modules;
  for (const { keys, source, sees } of functionsOf(doc)) {
    const parsed = sees === "nothing" ? undefined : parseFunction(source);
    if (parsed && sees !== "nothing" && !("fault" in parsed)) modules.follow(parsed, keys, sees);
  }
  return modules;
}

export function isLibrary([section, name]: readonly string[]): boolean {
  return section === "views" && name === "lib";
}

export function syntaxFault(keys: readonly string[], { offset, message }: SyntaxFault): Fault {
  return { keys, offset, code: "function-syntax", message };
}

/** The CommonJS modules that were found, each checked once. */
export class Modules {
  readonly faults: Fault[] = [];
  readonly #doc: DesignDoc;
  readonly #met = new Map<string, readonly string[]>();

  constructor(doc: DesignDoc) {
    this.#doc = doc;
  }

  /** Whether there is a module at these keys or below. */
  isIn(keys: readonly string[]): boolean {
    return [...this.#met.values()].some((module) => keys.every((key, i) => module[i] === key));
  }

  /**
   * Whether the text in the place of a function is a module. CouchDB compiles these functions only when somebody calls
   * them, so it accepts that.
   */
  replaces({ keys, sees }: FunctionMember): boolean {
    return sees === "all" && keys.length === 2 && this.#met.has(toPointer(keys));
  }

  #add({ keys, source }: CodeMember): void {
    const at = toPointer(keys);
    if (this.#met.has(at)) return;
    this.#met.set(at, keys);
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
      if (found && typeof source === "string") this.#add({ keys: found, source });
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
