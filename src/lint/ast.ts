/** Walks syntax trees of functions. Pure. */
import type {
  AnyNode,
  ArrowFunctionExpression,
  CallExpression,
  FunctionDeclaration,
  FunctionExpression,
  Program,
} from "acorn";
import { isObject } from "../text/json.js";

export type FunctionNode = FunctionExpression | FunctionDeclaration | ArrowFunctionExpression;

/** A node on its way from the root. */
export interface Visit {
  readonly node: AnyNode;
  /** The field of the node above that holds it. */
  readonly key: string;
  readonly up?: Visit;
}

/** All nodes, in the order of the text. Without recursion, because the input may be nested deeply. */
export function visitsIn(root: AnyNode): Visit[] {
  const found: Visit[] = [];
  const left: Visit[] = [{ node: root, key: "" }];
  for (let visit = left.pop(); visit; visit = left.pop()) {
    found.push(visit);
    const children: Visit[] = [];
    for (const [key, value] of Object.entries(visit.node)) {
      for (const node of [value].flat()) if (isNode(node)) children.push({ node, key, up: visit });
    }
    left.push(...children.reverse());
  }
  return found;
}

export function isNode(value: unknown): value is AnyNode {
  return isObject(value) && typeof value.type === "string" && typeof value.start === "number";
}

export function isFunction(node: AnyNode): node is FunctionNode {
  return ["FunctionExpression", "FunctionDeclaration", "ArrowFunctionExpression"].includes(node.type);
}

/** The function that is the value of the script. Undefined: it is not visible there. */
export function mainFunction({ body }: Program): FunctionNode | undefined {
  const last = body.findLast((node) => node.type === "ExpressionStatement" || isFunction(node as AnyNode));
  if (!last) return undefined;
  const value: AnyNode = last.type === "ExpressionStatement" ? last.expression : (last as AnyNode);
  if (isFunction(value)) return value;
  if (value.type !== "Identifier") return undefined;
  return body.find((node): node is FunctionDeclaration => isFunction(node as AnyNode) && named(node, value.name));
}

function named(node: AnyNode, name: string): boolean {
  return node.type === "FunctionDeclaration" && node.id?.name === name;
}

/** The names of the parameters; undefined for those that are not plain names. */
export function parametersOf({ params }: FunctionNode): (string | undefined)[] {
  return params.map((param) => (param.type === "Identifier" ? param.name : undefined));
}

/** The name at the root of `doc.a.b`; undefined for anything but a chain of fields. */
export function rootOf(node: AnyNode): string | undefined {
  if (node.type === "Identifier") return node.name;
  if (node.type === "ChainExpression") return rootOf(node.expression);
  return node.type === "MemberExpression" ? rootOf(node.object) : undefined;
}

/** The name in `a.name`, and in `a["name"]`. */
export function fieldOf(node: AnyNode): string | undefined {
  if (node.type !== "MemberExpression") return undefined;
  const { property, computed } = node;
  if (!computed) return property.type === "Identifier" ? property.name : undefined;
  return property.type === "Literal" && typeof property.value === "string" ? property.value : undefined;
}

/** Calls of a function by this name. */
export function isCallOf(node: AnyNode, name: string): node is CallExpression {
  return node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === name;
}

/** Whether the node, or one below it, refers to one of these names. */
export function mentions(root: AnyNode, names: ReadonlySet<string>): boolean {
  return visitsIn(root).some(({ node, key, up }) => {
    if (node.type !== "Identifier" || !names.has(node.name)) return false;
    const isField = key === "property" && up?.node.type === "MemberExpression" && !up.node.computed;
    return !isField;
  });
}

/** The nodes above, from the inside out, up to and without `root`. */
export function* above({ up }: Visit, root: AnyNode): Generator<Visit> {
  for (let visit = up; visit && visit.node !== root; visit = visit.up) yield visit;
}

/** The roots, and variables whose value depends on one of them. */
export function dependentNames(visits: readonly Visit[], roots: Iterable<string>): ReadonlySet<string> {
  const names = new Set(roots);
  for (const { node } of visits) {
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.init) {
      if (mentions(node.init, names)) names.add(node.id.name);
    }
    if (node.type === "AssignmentExpression" && node.left.type === "Identifier") {
      if (mentions(node.right, names)) names.add(node.left.name);
    }
  }
  return names;
}
