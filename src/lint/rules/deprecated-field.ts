import { isObject } from "../../text/json.js";
import { yaml } from "../example.js";
import type { Rule } from "../rule.js";

const plans: Readonly<Record<string, string>> = {
  shows: "CouchDB has deprecated show functions since 3.0: let the application render documents",
  lists: "CouchDB has deprecated list functions since 3.0: let the application render the rows of the view",
  rewrites: "CouchDB has deprecated rewrites since 3.0: use a proxy",
  updates: "CouchDB plans to deprecate update functions in 4.0: let the application read and write the document",
};

const designDoc = (fields: string) =>
  yaml(`- id: views\n  ensureDesignDocs:\n    database: zerglings\n    docs:\n      zerglings:\n${fields}`);

export const deprecatedField: Rule = {
  id: "deprecated-field",
  severity: "warning",
  summary: "`shows`, `lists`, `rewrites` and `updates`",
  reason:
    "They run in CouchDB's JavaScript engine for each request, and CouchDB 4 will not have them. Render and update documents in the application, and rewrite addresses in a proxy.",
  bad: designDoc("        shows:\n          page: function (doc) { return doc.owner; }\n"),
  good: designDoc("        filters:\n          owned: function (doc) { return !!doc.owner; }\n"),
  on: "designDoc",
  check: ({ doc }) =>
    Object.entries(plans).flatMap(([field, message]) => {
      const value = doc[field];
      const isEmpty = value === undefined || (isObject(value) && Object.keys(value).length === 0);
      // CouchDB's documentation does not call update functions deprecated yet.
      return isEmpty ? [] : [{ keys: [field], message, ...(field === "updates" && { severity: "note" as const }) }];
    }),
};
