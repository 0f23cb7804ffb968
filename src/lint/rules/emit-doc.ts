import type { AnyNode } from "acorn";
import { isCallOf } from "../ast.js";
import { map } from "../example.js";
import type { Rule } from "../rule.js";

export const emitDoc: Rule = {
  id: "emit-doc",
  severity: "warning",
  summary: "a view that emits whole documents",
  reason:
    "The index then contains a copy of every document, which takes disk space and time at each build and compaction. Emit `null`, or the few fields that readers need, and query with `include_docs=true`.",
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
      const message = inKey
        ? "the key of each row is a whole document: emit the fields to search by"
        : "the index gets a copy of every document: emit `null` or the fields that are needed, and query with `include_docs=true`";
      return [{ offset: subject.offset(node), message }];
    });
  },
};

/** The value is a document, or a list or object with one in it. */
function holds(value: AnyNode | undefined, isDoc: (node: AnyNode | null) => boolean): boolean {
  if (!value) return false;
  if (value.type === "ArrayExpression") return value.elements.some(isDoc);
  if (value.type !== "ObjectExpression") return isDoc(value);
  return value.properties.some((property) => isDoc(property.type === "Property" ? property.value : property.argument));
}
