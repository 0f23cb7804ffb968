/** Everything that is wrong with a design document, found without CouchDB. Pure. */

import { parseFunction } from "../../design-doc-rules/function-text.js";
import { type DesignDoc, type Fault, idOf, isJavaScript } from "./design-doc.js";
import { type FunctionMember, functionsOf } from "./members.js";
import { isLibrary, Modules, syntaxFault } from "./modules.js";
import { isReduceName, reduceFaults } from "./reduces.js";
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
  const checked = functionsOf(doc).map((member) => ({ member, faults: functionFaults(member, modules) }));
  const called = checked.filter(({ member }) => !modules.replaces(member));
  return [...called.flatMap(({ faults }) => faults), ...modules.faults];
}

function functionFaults({ keys, source, sees }: FunctionMember, modules: Modules): Fault[] {
  if (sees === "nothing" && isReduceName(source)) return [];
  if (source.trim() === "") return [{ keys, code: "empty-function", message: "the function is empty" }];
  const parsed = parseFunction(source);
  const fault = "fault" in parsed ? parsed.fault : parsed.noFunction;
  if (fault) return [syntaxFault(keys, isLibrary(keys) ? { ...fault, message: takenForAView(keys) } : fault)];
  return "fault" in parsed || sees === "nothing" ? [] : modules.follow(parsed, keys, sees);
}

/** CouchDB only stores what it can compile, and it compiles this although it is a module of a library. */
function takenForAView(keys: readonly string[]): string {
  const name = keys.at(-1);
  return `CouchDB mistakes a module \`views.lib.${name}\` for the ${name} function of a view \`lib\`: rename the module`;
}
