import type { AnyNode } from "acorn";
import { above, mentions, rootOf, type Visit } from "../ast.js";
import { map } from "../example.js";
import type { Rule } from "../rule.js";
import type { FunctionSubject } from "../subjects.js";

export const unguardedField: Rule = {
  id: "unguarded-field",
  severity: "note",
  summary: "a map that throws for documents without a field",
  reason:
    "If a map throws, CouchDB writes a line to its log for that document, and drops all rows that the map has emitted for it. Check the type of the document first, or that the field is there.",
  bad: map("function (doc) {\n  emit(doc.owner.name);\n}"),
  good: map("function (doc) {\n  if (doc.owner) emit(doc.owner.name);\n}"),
  on: "function",
  check(subject) {
    const [doc] = subject.parameters;
    const { main } = subject;
    if (subject.role !== "map" || doc === undefined || !main) return [];
    const names = namesFrom(doc, subject);
    const first = subject.visits.find((visit) => throwsWithout(visit.node, doc) && !isGuarded(visit, main, names));
    if (!first) return [];
    const field = subject.text(objectOf(first.node) ?? first.node);
    const message = `this throws for documents without \`${field}\`, and they get no rows: begin with \`if (${field})\`, or with a check of the type`;
    return [{ offset: subject.offset(first.node), message }];
  },
};

/** The document, and variables whose value depends on it. */
function namesFrom(doc: string, { visits }: FunctionSubject): ReadonlySet<string> {
  const names = new Set([doc]);
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

/** The part of the expression that must not be undefined. */
function objectOf(node: AnyNode): AnyNode | undefined {
  if (node.type === "ForOfStatement") return node.right as AnyNode;
  return node.type === "MemberExpression" && !node.optional ? (node.object as AnyNode) : undefined;
}

/** A field of a field of the document, such as `doc.owner.name`, or a loop over one. Every document has `_id`. */
function throwsWithout(node: AnyNode, doc: string): boolean {
  const object = objectOf(node);
  if (object?.type !== "MemberExpression" || object.optional || object.object.type !== "Identifier") return false;
  const { property, computed } = object;
  const isOwn = !computed && property.type === "Identifier" && ["_id", "_rev"].includes(property.name);
  return rootOf(object) === doc && !isOwn;
}

/** Something about the document is checked before, or a failure is caught. */
function isGuarded(visit: Visit, main: AnyNode, names: ReadonlySet<string>): boolean {
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
