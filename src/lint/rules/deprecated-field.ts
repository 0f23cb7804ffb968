import { isObject } from "../../text/json.js";
import { yaml } from "../example.js";
import type { Rule } from "../rule.js";

/**
 * Update functions are not among them: CouchDB's release notes and its reference disagree about whether they are
 * deprecated, and reading and writing the document instead needs retries, which is often worse.
 */
const deprecated = ["lists", "rewrites", "shows"];

const designDoc = (fields: string) =>
  yaml(`- id: views\n  ensureDesignDocs:\n    database: zerglings\n    docs:\n      zerglings:\n${fields}`);

export const deprecatedField: Rule = {
  id: "deprecated-field",
  severity: "note",
  summary: "`lists`, `rewrites` and `shows`",
  reason:
    "They run in CouchDB's JavaScript engine for each request. CouchDB has deprecated them since 3.0 and plans to remove them in 4.0; they work in 3.x. Render documents and rows in the application, and rewrite addresses in a reverse proxy.",
  bad: designDoc("        shows:\n          page: function (doc) { return doc.owner; }\n"),
  good: designDoc("        filters:\n          owned: function (doc) { return !!doc.owner; }\n"),
  on: "designDoc",
  check({ doc }) {
    const used = deprecated.filter((field) => isUsed(doc[field]));
    const [first] = used;
    if (first === undefined) return [];
    const names = used.map((field) => `\`${field}\``).join(", ");
    const message = `${names}: deprecated since CouchDB 3.0, to be removed in 4.0 (they work in 3.x); move rendering to the application, and routes to a reverse proxy`;
    return [{ keys: [first], message }];
  },
};

function isUsed(value: unknown): boolean {
  return value !== undefined && !(isObject(value) && Object.keys(value).length === 0);
}
