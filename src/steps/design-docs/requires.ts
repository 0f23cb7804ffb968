/** The modules that a design document's code loads by `require("…")`. */
import type { AnyNode, Program } from "acorn";
import { isObject } from "../json.js";

export interface Require {
  readonly module: string;
  /** In the program. */
  readonly offset: number;
  /** In a `try`: it may fail. */
  readonly tried: boolean;
}

/** The calls whose argument is a plain string; others are decided at run time. */
export function requiresIn(program: Program): Require[] {
  const found: Require[] = [];
  const left: { readonly value: unknown; readonly tried: boolean }[] = [{ value: program.body, tried: false }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { value, tried } = next;
    if (Array.isArray(value)) {
      for (const item of value) left.push({ value: item, tried });
    } else if (isNode(value)) {
      const module = requiredBy(value);
      if (module !== undefined) found.push({ module, offset: value.start, tried });
      for (const child of Object.values(value))
        left.push({ value: child, tried: tried || value.type === "TryStatement" });
    }
  }
  return found.sort((a, b) => a.offset - b.offset);
}

/** Where CouchDB finds a module: from the document's top, or relative to the module `from`. */
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
