import type { AnyNode } from "acorn";
import { above, dependentNames, fieldOf, isFunction, mentions, rootOf, type Visit } from "../ast.js";
import { reduce } from "../example.js";
import type { Rule } from "../rule.js";
import type { FunctionSubject } from "../subjects.js";

export const growingReduce: Rule = {
  id: "growing-reduce",
  severity: "warning",
  summary: "a reduce whose result grows with the number of rows",
  reason:
    "CouchDB stores results of the reduce in every inner node of the index. One that collects values makes the index large and slow, and CouchDB refuses it with `reduce_overflow_error` once it has enough rows. Leave the reduce out, and query the rows.",
  bad: reduce(
    "function (keys, values, rereduce) {\n  if (rereduce) return [].concat.apply([], values);\n  return values;\n}",
  ),
  good: reduce("_count"),
  on: "function",
  check(subject) {
    const [keys, values] = subject.parameters;
    if (subject.role !== "reduce" || !subject.main || isLimited(subject)) return [];
    const inputs = new Set([keys, values].filter((name) => name !== undefined));
    const growing = growingNames(subject, inputs);
    const first = returned(subject).find((node) => grows(node, growing, inputs));
    if (!first) return [];
    const message =
      "the result gets longer with each row, and CouchDB stops such a reduce with `reduce_overflow_error`: leave the reduce out and query the rows, or return something of fixed size";
    return [{ offset: subject.offset(first), message }];
  },
};

/** It may keep a fixed number of values. */
function isLimited({ visits }: FunctionSubject): boolean {
  const shortening = ["slice", "splice", "pop", "shift"];
  return visits.some(({ node }) => {
    const isCut = node.type === "AssignmentExpression" && fieldOf(node.left as AnyNode) === "length";
    return isCut || (node.type === "CallExpression" && shortening.includes(fieldOf(node.callee as AnyNode) ?? ""));
  });
}

/** What the function itself returns, without the functions in it. */
function returned({ main, visits }: FunctionSubject): AnyNode[] {
  if (!main) return [];
  if (main.type === "ArrowFunctionExpression" && main.expression) return [main.body as AnyNode];
  return visits.flatMap((visit) => {
    const { node } = visit;
    if (node.type !== "ReturnStatement" || !node.argument) return [];
    return isInMain(visit, main) ? [node.argument as AnyNode] : [];
  });
}

function isInMain(visit: Visit, main: AnyNode): boolean {
  for (const { node } of above(visit, main)) if (isFunction(node)) return false;
  return true;
}

/** Lists to which the function adds an element for each key or value. */
function growingNames({ visits, main }: FunctionSubject, inputs: ReadonlySet<string>): ReadonlySet<string> {
  const dependent = dependentNames(visits, inputs);
  const names = visits.flatMap((visit) => {
    const name = extendedBy(visit.node);
    return name !== undefined && main && isForEach(visit, main, dependent) ? [name] : [];
  });
  return new Set([...inputs, ...names]);
}

/** `list` of `list.push(…)` and `list = list.concat(…)`. */
function extendedBy(node: AnyNode): string | undefined {
  if (node.type === "CallExpression") {
    const { callee } = node;
    const isPush = fieldOf(callee as AnyNode) === "push" && callee.type === "MemberExpression";
    return isPush && callee.object.type === "Identifier" ? callee.object.name : undefined;
  }
  if (node.type !== "AssignmentExpression" || node.left.type !== "Identifier") return undefined;
  const { left, right } = node;
  const isAppended = right.type === "CallExpression" && fieldOf(right.callee as AnyNode) === "concat";
  return isAppended && rootOf((right.callee as { object: AnyNode }).object) === left.name ? left.name : undefined;
}

/** In a loop over keys or values, or in a function that is called for each of them. */
function isForEach(visit: Visit, main: AnyNode, dependent: ReadonlySet<string>): boolean {
  for (const { node, up } of above(visit, main)) {
    const range = isFunction(node) ? calledOn(up?.node, node) : rangeOf(node);
    if (range.some((one) => mentions(one, dependent))) return true;
  }
  return false;
}

/** `values` of `values.forEach(callback)` and `each(values, callback)`. */
function calledOn(call: AnyNode | undefined, callback: AnyNode): AnyNode[] {
  if (call?.type !== "CallExpression") return [];
  const parts: AnyNode[] = [call.callee, ...call.arguments];
  return parts.filter((one) => one !== callback);
}

/** What decides how often a loop runs. */
function rangeOf(node: AnyNode): AnyNode[] {
  switch (node.type) {
    case "ForStatement":
      return node.test ? [node.test] : [];
    case "ForInStatement":
    case "ForOfStatement":
      return [node.right];
    case "WhileStatement":
    case "DoWhileStatement":
      return [node.test];
    default:
      return [];
  }
}

function grows(node: AnyNode, growing: ReadonlySet<string>, inputs: ReadonlySet<string>): boolean {
  const below = (one: AnyNode | null | undefined) => one !== null && one !== undefined && grows(one, growing, inputs);
  switch (node.type) {
    case "Identifier":
      return growing.has(node.name);
    case "ConditionalExpression":
      return below(node.consequent) || below(node.alternate);
    case "ArrayExpression":
      return node.elements.some((one) => below(one?.type === "SpreadElement" ? one.argument : one));
    case "ObjectExpression":
      return node.properties.some((one) => one.type === "Property" && below(one.value));
    case "CallExpression":
      return mentions(node, inputs) && isConcatenation(node.callee as AnyNode, inputs);
    default:
      return false;
  }
}

/** `[].concat.apply`, `Array.prototype.concat.apply`, `values.concat`, `values.map`. */
function isConcatenation(callee: AnyNode, inputs: ReadonlySet<string>): boolean {
  if (callee.type !== "MemberExpression") return false;
  const method = fieldOf(callee);
  const { object } = callee;
  if (method === "apply") return fieldOf(object as AnyNode) === "concat";
  return ["concat", "flat", "map"].includes(method ?? "") && object.type === "Identifier" && inputs.has(object.name);
}
