import type { AnyNode } from "acorn";
import { map } from "../example.js";
import type { Rule } from "../rule.js";
import type { FunctionSubject } from "../subjects.js";

export const impureMap: Rule = {
  id: "impure-map",
  severity: "warning",
  summary: "a map that depends on the time or on chance",
  reason:
    "CouchDB calls a map once for each change of a document, and keeps what it emitted. The current time stays what it was when the index was built, and differs between the copies of a shard. Emit the document's own time, and compare it with the current time in the query (`startkey`).",
  bad: map("function (doc) {\n  if (doc.expires < Date.now()) emit(doc.owner);\n}"),
  good: map("function (doc) {\n  if (doc.expires) emit(doc.expires, doc.owner);\n}"),
  on: "function",
  check(subject) {
    if (subject.role !== "map" && subject.role !== "index") return [];
    return subject.visits.flatMap((visit) => {
      const what = impure(visit.node);
      if (what === undefined || isSetLater(visit.up?.node, subject)) return [];
      const message =
        what === "Math.random()"
          ? `\`${what}\` is evaluated when the index is built, and differs between the copies of a shard: emit a value of the document`
          : `\`${what}\` is the time of indexing, and the row stays as it is until the document changes: emit the document's own time in the key, and set the limit with \`startkey\` in the query`;
      return [{ offset: subject.offset(visit.node), message }];
    });
  },
};

function impure(node: AnyNode): string | undefined {
  const isDate = (callee: AnyNode) => callee.type === "Identifier" && callee.name === "Date";
  if (node.type === "NewExpression" && isDate(node.callee) && node.arguments.length === 0) return "new Date()";
  if (node.type !== "CallExpression") return undefined;
  const { callee } = node;
  if (isDate(callee)) return "Date()";
  if (callee.type !== "MemberExpression" || callee.computed) return undefined;
  const { object, property } = callee;
  if (object.type !== "Identifier" || property.type !== "Identifier") return undefined;
  const name = `${object.name}.${property.name}`;
  return name === "Date.now" || name === "Math.random" ? `${name}()` : undefined;
}

/** `var date = new Date(); date.setTime(doc.time);` depends on the document only. */
function isSetLater(parent: AnyNode | undefined, { source }: FunctionSubject): boolean {
  if (parent?.type !== "VariableDeclarator" || parent.id.type !== "Identifier") return false;
  return new RegExp(`(?<![\\w$])${parent.id.name.replaceAll("$", "\\$")}\\.set(?:Time|(?:UTC)?FullYear)\\(`).test(
    source,
  );
}
