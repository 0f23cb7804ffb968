import type { AnyNode } from "acorn";
import { fieldOf, isCallOf, rootOf } from "../ast.js";
import { map } from "../example.js";
import type { Rule } from "../rule.js";
import type { FunctionSubject } from "../subjects.js";

export const emitDoc: Rule = {
  id: "emit-doc",
  severity: "warning",
  summary: "a view that emits whole documents",
  reason:
    "Each row then stores a copy of its document in the index, which takes disk space and time at each build and compaction. Emit `null` and query with `include_docs=true`, or emit only the fields that readers need. `include_docs=true` reads a document for each row, and gives its current revision: if you emit documents on purpose, turn the rule off for the step.",
  bad: map("function (doc) {\n  if (doc.owner) emit(doc.owner, doc);\n}"),
  good: map("function (doc) {\n  if (doc.owner) emit(doc.owner, null);\n}"),
  on: "function",
  check(subject) {
    const [doc] = subject.parameters;
    if (subject.role !== "map" || doc === undefined) return [];
    const isDoc = (node: AnyNode | null | undefined) => node?.type === "Identifier" && node.name === doc;
    return subject.visits.flatMap(({ node }) => {
      if (!isCallOf(node, "emit")) return [];
      const [key, value] = node.arguments;
      const inKey = isDoc(key) || (key?.type === "ArrayExpression" && key.elements.some(isDoc));
      if (!inKey && !holds(value, isDoc)) return [];
      const message = inKey ? messages.key : isAllDocs(subject, doc) ? messages.allDocs : messages.value;
      return [{ offset: subject.offset(node), message }];
    });
  },
};

const messages = {
  key: "the key contains a whole document, by which no one can search: emit the fields to search by; `include_docs=true` gives the document",
  value:
    "each row stores a copy of its document in the index: emit `null` and query with `include_docs=true` (then read `row.doc`), or emit only the fields you need",
  allDocs:
    "the rows of this view are those of `_all_docs?include_docs=true` (which lists design documents too): query that, and remove the view",
};

/** The map does nothing but `emit(doc._id, doc)`. */
function isAllDocs({ main }: FunctionSubject, doc: string): boolean {
  const body = main?.body.type === "BlockStatement" ? main.body.body : [main?.body];
  const [only] = body;
  if (!only || body.length > 1) return false;
  const call =
    only.type === "ExpressionStatement" ? only.expression : only.type === "ReturnStatement" ? only.argument : only;
  if (!call || !isCallOf(call, "emit")) return false;
  const [key, value] = call.arguments;
  const isId = key?.type === "MemberExpression" && rootOf(key.object) === doc && fieldOf(key) === "_id";
  return isId && key.object.type === "Identifier" && value?.type === "Identifier";
}

/** The value is a document, or a list or object with one in it. */
function holds(value: AnyNode | undefined, isDoc: (node: AnyNode | null) => boolean): boolean {
  if (!value) return false;
  if (value.type === "ArrayExpression") return value.elements.some(isDoc);
  if (value.type !== "ObjectExpression") return isDoc(value);
  return value.properties.some((property) => isDoc(property.type === "Property" ? property.value : property.argument));
}
