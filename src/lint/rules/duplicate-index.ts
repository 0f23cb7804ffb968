import canonicalize from "canonicalize";
import type { Step } from "../../migrations/step.js";
import { shownDefinition } from "../../objects/indexes/definition.js";
import { isObject, membersOf } from "../../text/json.js";
import { toPointer } from "../../text/pointer.js";
import { repeatedIn } from "../databases.js";
import { yaml } from "../example.js";
import type { Rule } from "../rule.js";

const indexes = (second: string) =>
  yaml(`- id: indexes
  ensureIndexes:
    database: zerglings
    indexes:
      by-owner: { index: { fields: [owner] } }
      ${second}
`);

export const duplicateIndex: Rule = {
  id: "duplicate-index",
  severity: "warning",
  summary: "two Mango indexes of the same fields",
  reason:
    "CouchDB builds both and uses one. The direction of the fields makes no difference: CouchDB reads an index from either end. An index of more fields is another index, because CouchDB uses it only for queries that restrict all of its fields.",
  bad: indexes("owners: { index: { fields: [{ owner: desc }] } }"),
  good: indexes("by-owner-and-age: { index: { fields: [owner, age] } }"),
  on: "set",
  check: (steps) =>
    repeatedIn(steps, indexesOf).map(([first, { step, name }]) => {
      const message = `the index \`${first.name}\` of the same database has the same fields, and CouchDB uses only one of them: remove one`;
      return { step, at: toPointer(["indexes", name]), message };
    }),
};

interface Named {
  readonly name: string;
  /** Equal for indexes that serve the same queries. */
  readonly form: string;
}

function indexesOf({ kind, desired }: Step): Named[] {
  if (kind !== "ensureIndexes") return [];
  return Object.entries(membersOf(membersOf(desired).indexes)).flatMap(([name, value]) => {
    const { index, type, partitioned } = membersOf(value);
    if (!isObject(index)) return [];
    const shown = shownDefinition(String(type), index);
    const fields = Array.isArray(shown.fields) ? shown.fields.map((field) => withoutDirection(field, type)) : [];
    const form = canonicalize({ ...shown, fields, type, partitioned: partitioned ?? null });
    return [{ name, form: form ?? name }];
  });
}

function withoutDirection(field: unknown, type: unknown): unknown {
  return type === "json" && isObject(field) ? Object.keys(field) : field;
}
