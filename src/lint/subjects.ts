/** What rules look at, parsed once for all of them. */
import type { AnyNode, Program } from "acorn";
import { parseFunction, parseModule } from "../design-doc-rules/function-text.js";
import type { Step } from "../migrations/step.js";
import { type DesignDoc, isJavaScript } from "../objects/design-docs/design-doc.js";
import { codeOf, functionsOf } from "../objects/design-docs/members.js";
import { modulesOf } from "../objects/design-docs/modules.js";
import { isReduceName } from "../objects/design-docs/reduces.js";
import { membersOf } from "../text/json.js";
import { toPointer } from "../text/pointer.js";
import { type FunctionNode, mainFunction, parametersOf, type Visit, visitsIn } from "./ast.js";

/** `module`: a CommonJS module. */
export type Role =
  | "map"
  | "reduce"
  | "index"
  | "filter"
  | "list"
  | "show"
  | "update"
  | "rewrite"
  | "validate"
  | "module";

export interface FunctionSubject {
  readonly role: Role;
  /** The keys in the design document. */
  readonly keys: readonly string[];
  readonly source: string;
  readonly program: Program;
  /** All nodes of the program. */
  readonly visits: readonly Visit[];
  /** The function that CouchDB calls. Undefined: it is a module, or the function is not visible in the text. */
  readonly main: FunctionNode | undefined;
  /** The names of its parameters. */
  readonly parameters: readonly (string | undefined)[];
  /** The offset of a node in the source. */
  offset(node: AnyNode): number;
  /** The source of a node. */
  text(node: AnyNode): string;
}

export interface DesignDocSubject {
  /** Without `_design/`. */
  readonly name: string;
  readonly doc: DesignDoc;
  readonly functions: readonly FunctionSubject[];
  /** The pointer to it in the step's `desired`. */
  readonly pointer: string;
}

export function designDocsOf({ kind, desired }: Step): DesignDocSubject[] {
  if (kind !== "ensureDesignDocs") return [];
  return Object.entries(membersOf(membersOf(desired).docs)).map(([name, value]) => {
    const doc = membersOf(value);
    return { name, doc, functions: functionSubjects(doc), pointer: toPointer(["docs", name]) };
  });
}

function functionSubjects(doc: DesignDoc): FunctionSubject[] {
  if (!isJavaScript(doc)) return [];
  const required = modulesOf(doc);
  const called = functionsOf(doc).filter((member) => !required.replaces(member));
  const functions = called.filter(({ keys, source }) => roleOf(keys) !== "reduce" || !isReduceName(source));
  const isCalled = new Set(called.map(({ keys }) => toPointer(keys)));
  const modules = codeOf(doc).filter(({ keys }) => !isCalled.has(toPointer(keys)));
  return [
    ...functions.flatMap(({ keys, source }) => subjectOf(roleOf(keys), keys, source)),
    ...modules.flatMap(({ keys, source }) => subjectOf("module", keys, source)),
  ];
}

const roles: Readonly<Record<string, Role>> = {
  indexes: "index",
  nouveau: "index",
  filters: "filter",
  lists: "list",
  shows: "show",
  updates: "update",
  rewrites: "rewrite",
  validate_doc_update: "validate",
};

function roleOf(keys: readonly string[]): Role {
  const [section = ""] = keys;
  if (section === "views") return keys.at(-1) === "reduce" ? "reduce" : "map";
  return roles[section] ?? "module";
}

/** Empty: it does not parse. A text that is nobody's function or module need not be JavaScript. */
function subjectOf(role: Role, keys: readonly string[], source: string): FunctionSubject[] {
  const parsed = role === "module" ? parseModule(source) : parseFunction(source);
  if ("fault" in parsed) return [];
  const { program, inText } = parsed;
  const main = role === "module" ? undefined : mainFunction(program);
  return [
    {
      role,
      keys,
      source,
      program,
      visits: visitsIn(program),
      main,
      parameters: main ? parametersOf(main) : [],
      offset: ({ start }) => inText(start),
      text: ({ start, end }) => source.slice(inText(start), inText(end)),
    },
  ];
}
