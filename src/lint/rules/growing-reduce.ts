import type { AnyNode } from "acorn";
import { above, fieldOf, isFunction, rootOf, type Visit } from "../ast.js";
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
      "the result grows with the number of rows, which CouchDB refuses with `reduce_overflow_error`: leave the reduce out and query the rows, or return a number";
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

/** Lists to which the function adds elements one after another. */
function growingNames({ visits, main }: FunctionSubject, inputs: ReadonlySet<string>): ReadonlySet<string> {
  const names = new Set(inputs);
  for (const visit of visits) {
    const { node } = visit;
    if (
      node.type === "CallExpression" &&
      fieldOf(node.callee as AnyNode) === "push" &&
      main &&
      isRepeated(visit, main)
    ) {
      const { callee } = node;
      if (callee.type === "MemberExpression" && callee.object.type === "Identifier") names.add(callee.object.name);
    }
    if (node.type === "AssignmentExpression" && node.left.type === "Identifier") {
      const { left, right } = node;
      const isAppended = right.type === "CallExpression" && fieldOf(right.callee as AnyNode) === "concat";
      if (isAppended && rootOf((right.callee as { object: AnyNode }).object) === left.name) names.add(left.name);
    }
  }
  return names;
}

/** In a loop, or in a function that is called for each element. */
function isRepeated(visit: Visit, main: AnyNode): boolean {
  for (const { node } of above(visit, main)) {
    if (/^(?:For|While|DoWhile)/.test(node.type) || isFunction(node)) return true;
  }
  return false;
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
      return isConcatenation(node.callee as AnyNode, inputs);
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
