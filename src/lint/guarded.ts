/** Whether code runs only after a check. Pure. */
import type { AnyNode } from "acorn";
import { above, mentions, type Visit } from "./ast.js";

/** Something about the document is checked before, or a failure is caught. */
export function isGuarded(visit: Visit, main: AnyNode, names: ReadonlySet<string>): boolean {
  let inside: Visit = visit;
  for (const one of above(visit, main)) {
    if (guards(one.node, inside.key, names)) return true;
    const { node } = one;
    if ((node.type === "BlockStatement" || node.type === "Program") && endsBefore(node.body, inside.node, names))
      return true;
    inside = one;
  }
  // The arms of a function's body are above the last visit.
  return (
    main.type !== "ArrowFunctionExpression" &&
    "body" in main &&
    isBlockWithEnd(main.body as AnyNode, inside.node, names)
  );
}

function isBlockWithEnd(body: AnyNode, inside: AnyNode, names: ReadonlySet<string>): boolean {
  return body.type === "BlockStatement" && endsBefore(body.body, inside, names);
}

/** @param key the field of `node` that leads to the place */
function guards(node: AnyNode, key: string, names: ReadonlySet<string>): boolean {
  switch (node.type) {
    case "IfStatement":
    case "ConditionalExpression":
    case "WhileStatement":
      return key !== "test" && mentions(node.test, names);
    case "ForStatement":
      return (key === "body" || key === "update") && !!node.test && mentions(node.test, names);
    case "LogicalExpression":
      return key === "right" && mentions(node.left, names);
    case "SwitchStatement":
      return key !== "discriminant" && mentions(node.discriminant, names);
    case "ForInStatement":
    case "ForOfStatement":
      return key === "body" && mentions(node.right, names);
    case "TryStatement":
      return key === "block" && !!node.handler;
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      // It is called from somewhere that may check.
      return true;
    default:
      return false;
  }
}

/** A statement before this one ends the function for some documents. */
function endsBefore(body: readonly AnyNode[], inside: AnyNode, names: ReadonlySet<string>): boolean {
  return body.some(
    (one) => one.end <= inside.start && one.type === "IfStatement" && mentions(one.test, names) && ends(one),
  );
}

function ends({ consequent, alternate }: { consequent: AnyNode; alternate?: AnyNode | null | undefined }): boolean {
  return [consequent, alternate].some((arm) => {
    const last = arm?.type === "BlockStatement" ? arm.body.at(-1) : arm;
    return last?.type === "ReturnStatement" || last?.type === "ThrowStatement" || last?.type === "ContinueStatement";
  });
}
