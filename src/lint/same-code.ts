/** Whether two functions do the same in the same way, whatever their names, white space and comments. Pure. */
import type { AnyNode } from "acorn";
import { type FunctionNode, isNode } from "./ast.js";

/** Functions with the same form are equal, except for names and style. */
export function formOf({ params, body }: FunctionNode): string {
  return JSON.stringify(plain({ params, body: block(body) }, new Map()));
}

/** Not part of the meaning. */
const ignored = new Set(["start", "end", "range", "raw", "kind", "directive", "sourceType", "optional"]);

type Names = Map<string, string>;

function plain(value: unknown, names: Names): unknown {
  if (Array.isArray(value)) return value.flatMap((item) => (isEmpty(item) ? [] : [plain(item, names)]));
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return value;
  if (isNode(value)) {
    const node = simplified(value);
    if (node.type === "Identifier") return nameOf(node.name, names);
    if (node.type === "MemberExpression" && !node.computed && node.property.type === "Identifier") {
      return { object: plain(node.object, names), field: node.property.name };
    }
    if (node !== value) return plain(node, names);
  }
  const fields = Object.entries(value).filter(([key]) => !ignored.has(key));
  return Object.fromEntries(fields.map(([key, child]) => [key, plain(child, names)]));
}

function isEmpty(item: unknown): boolean {
  return isNode(item) && item.type === "EmptyStatement";
}

/** Names count in the order in which they appear, except those of functions that every engine has. */
function nameOf(name: string, names: Names): string {
  if (["sum", "Math", "Array", "undefined"].includes(name)) return name;
  const known = names.get(name) ?? `$${names.size}`;
  names.set(name, known);
  return known;
}

function simplified(node: AnyNode): AnyNode {
  switch (node.type) {
    case "UpdateExpression":
      return assign(node.argument, "+=", { type: "Literal", value: node.operator === "++" ? 1 : -1 });
    case "AssignmentExpression": {
      const { left, right } = node;
      if (node.operator !== "=" || right.type !== "BinaryExpression" || right.operator !== "+") return node;
      const isOwn = left.type === "Identifier" && right.left.type === "Identifier" && left.name === right.left.name;
      return isOwn ? assign(left, "+=", right.right) : node;
    }
    case "ForStatement":
    case "ForInStatement":
    case "ForOfStatement":
      return node.body.type === "BlockStatement" ? node : { ...node, body: block(node.body) };
    case "IfStatement": {
      const { consequent, alternate } = node;
      const isPlain = consequent.type === "BlockStatement" && (!alternate || alternate.type === "BlockStatement");
      if (isPlain) return node;
      return { ...node, consequent: block(consequent), alternate: alternate ? block(alternate) : null };
    }
    default:
      return node;
  }
}

function assign(left: AnyNode, operator: "+=", right: unknown): AnyNode {
  return { type: "AssignmentExpression", start: 0, end: 0, operator, left, right } as AnyNode;
}

function block(body: AnyNode): never {
  if (body.type === "BlockStatement") return body as never;
  const isStatement = /Statement$|Declaration$/.test(body.type);
  const statement = isStatement ? body : { type: "ReturnStatement", start: 0, end: 0, argument: body };
  return { type: "BlockStatement", start: 0, end: 0, body: [statement] } as never;
}
