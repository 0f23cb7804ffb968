/** Everything that is wrong with a design document, found without CouchDB. Pure. */
import { toPointer, valueAt } from "../../migrations/pointer.js";
import { suggestion } from "../../migrations/problems.js";
import { type DesignDoc, type Fault, idOf, isJavaScript } from "./design-doc.js";
import { type CodeMember, type FunctionMember, functionsOf, textsBelow } from "./members.js";
import { moduleKeys, requiresIn } from "./requires.js";
import { isBuiltInReduce, shapeFaults } from "./shape.js";
import { type Parsed, parseFunction, parseModule, type SyntaxFault } from "./syntax.js";

/** CouchDB's default `max_document_size`. */
const maxBytes = 8_000_000;

/** `scripts`: JSON Pointers of members that are scripts because their files say so. */
export function designDocFaults(name: string, doc: DesignDoc, scripts: ReadonlySet<string>): Fault[] {
  const text = JSON.stringify(doc);
  return [...sizeFaults(name, text), ...contentFaults(doc, text, scripts)];
}

/** Of the same text the same is wrong: the databases of many tenants have the same design documents. */
const known = new Map<string, readonly Fault[]>();
const mostKnown = 100;
/** Characters. */
const longestKnown = 50_000;

function contentFaults(doc: DesignDoc, text: string, scripts: ReadonlySet<string>): readonly Fault[] {
  const key = JSON.stringify([text, ...scripts]);
  const found = known.get(key);
  if (found) return found;
  const code = isJavaScript(doc) ? codeFaults(doc, scripts) : [];
  const faults = [...shapeFaults(doc), ...code];
  if (known.size >= mostKnown) known.clear();
  if (key.length <= longestKnown) known.set(key, faults);
  return faults;
}

function sizeFaults(name: string, text: string): Fault[] {
  const bytes = Buffer.byteLength(JSON.stringify({ _id: idOf(name) })) + Buffer.byteLength(text) - 1;
  if (bytes <= maxBytes) return [];
  const message = `it has ${(bytes / 1e6).toFixed(1)} MB; CouchDB takes no document over ${maxBytes / 1e6} MB`;
  return [{ keys: [], code: "design-doc-too-large", message }];
}

function codeFaults(doc: DesignDoc, scripts: ReadonlySet<string>): Fault[] {
  const functions = functionsOf(doc);
  const calls = new Set(functions.map(({ keys }) => toPointer(keys)));
  const libraries = textsBelow(membersOfLib(doc), ["views", "lib"]);
  const otherScripts = textsBelow(doc, []).filter(({ keys }) => scripts.has(toPointer(keys)));
  const modules = new Modules(doc);
  const faults = functions.flatMap((member) => functionFaults(member, modules));
  for (const member of [...libraries, ...otherScripts]) if (!calls.has(toPointer(member.keys))) modules.add(member);
  return [...faults, ...modules.faults];
}

function membersOfLib(doc: DesignDoc): unknown {
  return valueAt(doc, "/views/lib");
}

function functionFaults({ keys, source, sees }: FunctionMember, modules: Modules): Fault[] {
  const isReduce = keys[0] === "views" && keys.at(-1) === "reduce";
  if (isReduce && /^_?\w+$/.test(source)) return reduceFaults(keys, source);
  if (source.trim() === "") return [{ keys, code: "empty-function", message: "the function is empty" }];
  const parsed = parseFunction(source);
  if ("fault" in parsed) return [syntaxFault(keys, parsed.fault)];
  return sees === "nothing" ? [] : modules.follow(parsed, keys, sees);
}

function reduceFaults(keys: readonly string[], source: string): Fault[] {
  if (isBuiltInReduce(source)) return [];
  const known = ["_sum", "_count", "_stats", "_approx_count_distinct"];
  const otherwise = `; there are ${known.join(", ")}`;
  const message = `CouchDB has no built-in reduce \`${source}\`${suggestion(source, known, otherwise)}`;
  return [{ keys, code: "unknown-reduce", message }];
}

function syntaxFault(keys: readonly string[], { offset, message }: SyntaxFault): Fault {
  return { keys, offset, code: "function-syntax", message };
}

/** The CommonJS modules that were met, each checked once. */
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
    // A module made for several environments asks for what CouchDB does not have: that it lacks one is no fault.
    else this.follow(parsed, keys, "all", keys);
  }

  /** Checks what is required there; returns what is not to be found. `module`: the module that requires. */
  follow(
    { program, inText }: Parsed,
    keys: readonly string[],
    sees: "lib" | "all",
    module?: readonly string[],
  ): Fault[] {
    return requiresIn(program).flatMap((required) => {
      const found = moduleKeys(required.module, module);
      const visible = found && (sees === "all" || (found[0] === "views" && found[1] === "lib"));
      const source = visible ? valueAt(this.#doc, toPointer(found)) : undefined;
      if (found && typeof source === "string") {
        this.add({ keys: found, source });
        return [];
      }
      if (required.tried || module) return [];
      const where = sees === "lib" ? "`views.lib`, all that this function sees," : "the design document";
      const message = `${where} has no module \`${required.module}\``;
      return [{ keys, offset: inText(required.offset), code: "missing-module", message }];
    });
  }
}
