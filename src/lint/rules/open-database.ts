import { patternTest } from "../../couch/pattern.js";
import type { Step } from "../../migrations/step.js";
import { isStringArray, membersOf } from "../../text/json.js";
import { createdIn, databasesOf } from "../databases.js";
import { yaml } from "../example.js";
import type { InSet, Rule, Target } from "../rule.js";

const security = (members: string) =>
  yaml(`- id: security\n  ensureSecurity:\n    database: zerglings\n    admins: { roles: [overmind] }\n${members}`);

export const openDatabase: Rule = {
  id: "open-database",
  severity: "warning",
  summary: "a database that everybody may read and write",
  reason:
    "If `members` of a database's `_security` has no name and no role, everybody may read and write its documents, without a login too unless the server requires one. From CouchDB 3.0 on, a new database is for server admins only; before, it is open until a step restricts it.",
  bad: security(""),
  good: security("    members: { roles: [zerg] }\n"),
  on: "set",
  check: (steps, target) => [...opened(steps), ...neverClosed(steps, target)],
};

function opened(steps: readonly Step[]): InSet[] {
  return steps.flatMap((step) => {
    const { mode, members } = membersOf(step.desired);
    if (step.kind !== "ensureSecurity" || mode !== "replace" || hasSomebody(members)) return [];
    const message =
      "without names or roles in `members`, everybody may read and write this database: add those who may, or turn this rule off for the step with the reason";
    return [{ step, at: step.position, message }];
  });
}

function hasSomebody(members: unknown): boolean {
  const { names, roles } = membersOf(members);
  return [names, roles].some((list) => isStringArray(list) && list.length > 0);
}

/** Before 3.0, a new database is open. */
function neverClosed(steps: readonly Step[], { version }: Target): InSet[] {
  if (version === undefined || Number.parseInt(version, 10) >= 3) return [];
  const closed = steps
    .filter(({ kind }) => kind === "ensureSecurity")
    .flatMap(databasesOf)
    .map(patternTest);
  return steps.flatMap((step) =>
    createdIn(step)
      .filter((name) => !name.startsWith("_") && !closed.some((isClosed) => isClosed(name)))
      .map((name) => {
        const message = `in CouchDB ${version}, everybody may read and write a new database: add a step \`ensureSecurity\` for ${name}`;
        return { step, at: step.position, message };
      }),
  );
}
