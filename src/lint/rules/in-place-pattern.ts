import { isPattern } from "../../couch/pattern.js";
import { membersOf } from "../../text/json.js";
import { databasesOf } from "../databases.js";
import { yaml } from "../example.js";
import type { Rule } from "../rule.js";

const views = (deploy: string) =>
  yaml(`- id: views
  ensureDesignDocs:
    database: tenant-*
${deploy}    docs:
      books:
        views:
          by-owner: { map: "function (doc) { if (doc.owner) emit(doc.owner); }" }
`);

export const inPlacePattern: Rule = {
  id: "in-place-pattern",
  severity: "warning",
  summary: "`deploy: inPlace` in all databases of a pattern",
  reason:
    "A changed view then has no index in any of these databases, and all their readers wait until CouchDB has built them. `deploy: staged`, the default, keeps the old index until the new one is built.",
  bad: views("    deploy: inPlace\n"),
  good: views(""),
  on: "step",
  check(step) {
    const pattern = databasesOf(step).find(isPattern);
    if (membersOf(step.desired).deploy !== "inPlace" || pattern === undefined) return [];
    const message = `a change makes the readers of every database that \`${pattern}\` matches wait for the build of its index: remove \`deploy: inPlace\``;
    return [{ at: "/deploy", message }];
  },
};
