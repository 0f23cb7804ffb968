import type { AnyNode } from "acorn";
import { fieldOf, rootOf } from "../ast.js";
import { map } from "../example.js";
import type { InText, Rule } from "../rule.js";
import type { FunctionSubject } from "../subjects.js";

export const docMutation: Rule = {
  id: "doc-mutation",
  severity: "warning",
  summary: "a map that changes the document",
  reason:
    "CouchDB freezes the document before it calls a map. An assignment has no effect, and a method that changes an array in place throws, so that the document gets no rows. Work on a copy.",
  bad: map("function (doc) {\n  if (doc.tags) emit(doc.tags.sort());\n}"),
  good: map("function (doc) {\n  if (doc.tags) emit(doc.tags.slice().sort());\n}"),
  on: "function",
  check(subject) {
    const [doc] = subject.parameters;
    if (subject.role !== "map" || doc === undefined) return [];
    const names = namesOfParts(doc, subject);
    return subject.visits.flatMap(({ node }) => found(node, names, subject) ?? []);
  },
};

/** The document, and variables that are a part of it and nothing else. */
function namesOfParts(doc: string, { visits }: FunctionSubject): ReadonlySet<string> {
  const names = new Set([doc]);
  for (const { node } of visits) {
    if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier" || !node.init) continue;
    const root = node.init.type === "MemberExpression" ? rootOf(node.init) : undefined;
    if (root !== undefined && names.has(root)) names.add(node.id.name);
  }
  for (const { node } of visits) {
    if (node.type === "AssignmentExpression" && node.left.type === "Identifier") names.delete(node.left.name);
  }
  return names;
}

const inPlace = ["copyWithin", "fill", "pop", "push", "reverse", "shift", "sort", "splice", "unshift"];

function found(node: AnyNode, names: ReadonlySet<string>, subject: FunctionSubject): InText | undefined {
  const isPart = (part: AnyNode) => part.type === "MemberExpression" && names.has(rootOf(part) ?? "");
  const target =
    node.type === "AssignmentExpression"
      ? node.left
      : node.type === "UpdateExpression" || (node.type === "UnaryExpression" && node.operator === "delete")
        ? node.argument
        : undefined;
  if (target && isPart(target)) {
    const message = `CouchDB freezes the document, so this does not change \`${subject.text(target)}\`: use a variable`;
    return { offset: subject.offset(node), message };
  }
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return undefined;
  const { object } = node.callee;
  const method = fieldOf(node.callee) ?? "";
  if (!inPlace.includes(method) || object.type === "Super" || !names.has(rootOf(object) ?? "")) return undefined;
  const array = subject.text(object);
  const message = `CouchDB freezes the document, so \`${method}\` throws, and the document gets no rows: call it on a copy, \`${array}.slice().${method}(…)\``;
  return { offset: subject.offset(node), message };
}
