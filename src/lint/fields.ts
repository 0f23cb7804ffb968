/** Which fields of the document a map uses, and which of them it tests. Pure. */
import type { AnyNode } from "acorn";
import { dependentNames, fieldOf, rootOf, type Visit } from "./ast.js";
import { isGuarded } from "./guarded.js";
import type { FunctionSubject } from "./subjects.js";

/** A field in the document, or a field of one. */
export interface Field {
  /** Up to the first key that is computed; at least one. */
  readonly path: readonly string[];
  readonly node: AnyNode;
}

/** The fields whose absence a map expects: `if (doc.a)`, `doc.a || b`, `doc.a == null`, `isArray(doc.a)`. */
export function testedFields({ visits }: FunctionSubject, doc: string): Field[] {
  return visits.flatMap(({ node }) => conditionsIn(node)).flatMap((node) => testedIn(node, doc));
}

/** The fields without which a map throws, and which it uses without a check of the document before. */
export function requiredFields(subject: FunctionSubject, doc: string): Field[] {
  const { main, visits } = subject;
  if (!main) return [];
  const names = dependentNames(visits, [doc]);
  return visits
    .filter((visit) => throwsWithout(visit.node, doc) && !isGuarded(visit, main, names))
    .flatMap((visit) => requiredAt(objectOf(wholeAccess(visit))));
}

function keysOf(node: AnyNode): readonly (string | undefined)[] {
  if (node.type === "ChainExpression") return keysOf(node.expression);
  return node.type === "MemberExpression" ? [...keysOf(node.object as AnyNode), fieldOf(node)] : [];
}

/** `doc.a[b].c` requires `doc.a`. */
function requiredAt(node: AnyNode | undefined): Field[] {
  if (!node) return [];
  const keys = keysOf(node);
  const end = keys.indexOf(undefined);
  const path = keys.slice(0, end < 0 ? keys.length : end).filter((key) => key !== undefined);
  return path.length > 0 ? [{ path, node }] : [];
}

/** `doc.a[b]` says nothing about `doc.a`. */
function testedAt(node: AnyNode | undefined, doc: string): Field[] {
  if (!node || rootOf(node) !== doc) return [];
  const path = keysOf(node).filter((key) => key !== undefined);
  return path.length > 0 && path.length === keysOf(node).length ? [{ path, node }] : [];
}

function conditionsIn(node: AnyNode): AnyNode[] {
  switch (node.type) {
    case "IfStatement":
    case "ConditionalExpression":
    case "WhileStatement":
      return [node.test];
    case "LogicalExpression":
      return [node.left];
    case "UnaryExpression":
      return node.operator === "!" ? [node.argument] : [];
    default:
      return [];
  }
}

function testedIn(condition: AnyNode, doc: string): Field[] {
  if (condition.type === "CallExpression") {
    const { callee, arguments: values } = condition;
    const called = callee.type === "Identifier" ? callee.name : fieldOf(callee as AnyNode);
    return called === "isArray" ? testedAt(values[0], doc) : [];
  }
  if (condition.type !== "BinaryExpression") return testedAt(condition, doc);
  const { left, right } = condition;
  if (isNothing(right)) return testedAt(left as AnyNode, doc);
  return left.type === "UnaryExpression" && left.operator === "typeof" ? testedAt(left.argument, doc) : [];
}

function isNothing(node: AnyNode): boolean {
  if (node.type === "Literal") return node.raw === "null";
  return node.type === "Identifier" && node.name === "undefined";
}

/** A field of a field of the document, such as `doc.owner.name`, or a loop over one. Every document has `_id`. */
function throwsWithout(node: AnyNode, doc: string): boolean {
  const object = objectOf(node);
  if (object?.type !== "MemberExpression" || object.optional || object.object.type !== "Identifier") return false;
  return rootOf(object) === doc && !["_id", "_rev"].includes(fieldOf(object) ?? "");
}

/** The part of the expression that must not be undefined. */
function objectOf(node: AnyNode): AnyNode | undefined {
  if (node.type === "ForOfStatement") return node.right as AnyNode;
  return node.type === "MemberExpression" && !node.optional ? (node.object as AnyNode) : undefined;
}

/** `doc.a.b.c` of the `doc.a.b` in it. */
function wholeAccess({ node, key, up }: Visit): AnyNode {
  const isPart = key === "object" && up?.node.type === "MemberExpression" && !up.node.optional;
  return isPart ? wholeAccess(up) : node;
}
