/** The modules that a design document's code loads by `require("…")`. */
import type { AnyNode, CallExpression, Node } from "acorn";
import { analyze, type Variable } from "eslint-scope";
import { type Parsed, syntax } from "../../design-doc-rules/javascript.js";
import { isObject } from "../../text/json.js";

export interface Require {
  readonly module: string;
  /** The offset in the program. */
  readonly offset: number;
  /** Inside a `try`: it may fail. */
  readonly tried: boolean;
  /** Outside of all functions: it runs when CouchDB compiles the text. */
  readonly atOnce: boolean;
}

interface Place {
  readonly tried: boolean;
  readonly atOnce: boolean;
}

/**
 * The calls of CouchDB's `require` with a plain string; other arguments are only known at run time. Calls of a
 * `require` that the code declares itself are not included.
 */
export function requiresIn(parsed: Parsed): Require[] {
  const calls = callsIn(parsed);
  if (calls.length === 0) return [];
  const own = ownRequires(parsed);
  return calls
    .filter(({ call }) => !own.has(call.callee.start))
    .map(({ call, module, tried, atOnce }) => ({ module, offset: call.start, tried, atOnce }));
}

/** CouchDB resolves a module from the document's root, or relative to the module `from`. */
export function moduleKeys(module: string, from?: readonly string[]): readonly string[] | undefined {
  const [first, ...others] = module.split("/");
  const relative = first === "." || first === "..";
  if (relative && !from) return undefined;
  const keys = relative ? (from ?? []).slice(0, first === "." ? -1 : -2) : first === undefined ? [] : [first];
  for (const name of others) {
    if (name === "..") keys.pop();
    else if (name !== ".") keys.push(name);
  }
  return keys;
}

interface Call extends Place {
  readonly call: CallExpression;
  readonly module: string;
}

/** In the order of the text. */
function callsIn({ program }: Parsed): Call[] {
  const found: Call[] = [];
  const left: (Place & { readonly value: unknown })[] = [{ value: program.body, tried: false, atOnce: true }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { value, tried, atOnce } = next;
    if (Array.isArray(value)) {
      for (const item of value) left.push({ value: item, tried, atOnce });
    } else if (isNode(value)) {
      const module = requiredBy(value);
      if (module !== undefined) found.push({ call: value as CallExpression, module, tried, atOnce });
      const below = {
        tried: tried || value.type === "TryStatement",
        atOnce: atOnce && !/^(?:Arrow)?Function/.test(value.type),
      };
      for (const child of Object.values(value)) left.push({ value: child, ...below });
    }
  }
  return found.sort((a, b) => a.call.start - b.call.start);
}

/** The places where the name `require` refers to a declaration in the code. */
function ownRequires({ program, wrapper }: Parsed): ReadonlySet<number> {
  const { ecmaVersion, sourceType } = syntax;
  const { scopes } = analyze(program as Parameters<typeof analyze>[0], { ecmaVersion, sourceType, ignoreEval: true });
  const isOwn = ({ defs }: Variable) => defs.some(({ node }) => node !== wrapper);
  // eslint-scope does not resolve variables at the top of a script, because other scripts could declare them, too.
  const atTop = scopes[0]?.set.get("require");
  const own = scopes
    .flatMap(({ references }) => references)
    .filter(({ identifier, resolved }) => {
      const variable = resolved ?? atTop;
      return identifier.name === "require" && variable && isOwn(variable);
    });
  return new Set(own.map(({ identifier }) => (identifier as unknown as Node).start));
}

function requiredBy(node: AnyNode): string | undefined {
  if (node.type !== "CallExpression") return undefined;
  const { callee, arguments: given } = node;
  if (callee.type !== "Identifier" || callee.name !== "require") return undefined;
  const [module] = given;
  return module?.type === "Literal" && typeof module.value === "string" ? module.value : undefined;
}

function isNode(value: unknown): value is AnyNode {
  return isObject(value) && typeof value.type === "string" && typeof value.start === "number";
}
