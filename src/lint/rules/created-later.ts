import { isRemoval } from "../../kinds/traits.js";
import { createdIn, databasesOf } from "../databases.js";
import { yaml } from "../example.js";
import type { Rule } from "../rule.js";

const database = "- id: zerglings\n  ensureDatabase:\n    name: zerglings\n";
const index =
  "- id: indexes\n  ensureIndexes:\n    database: zerglings\n    indexes:\n      by-owner: { index: { fields: [owner] } }\n";

export const createdLater: Rule = {
  id: "created-later",
  severity: "error",
  summary: "a step that works in a database which a later step creates",
  reason:
    "Steps are applied in the order of the files. On a new server, the step is refused because its database does not exist yet.",
  bad: yaml(`${index}${database}`),
  good: yaml(`${database}${index}`),
  on: "set",
  check(steps) {
    const created = new Map(steps.flatMap((step, i) => createdIn(step).map((name) => [name, { step, i }] as const)));
    return steps.flatMap((step, i) => {
      const found = isRemoval(step) ? [] : databasesOf(step).map((name) => ({ name, by: created.get(name) }));
      const [first] = found.filter(({ by }) => by && by.i > i);
      if (!first?.by) return [];
      const message = `the database ${first.name} is created later, by the step \`${first.by.step.id}\`: move that step up, before this one`;
      return [{ step, at: step.position, message }];
    });
  },
};
