import { path } from "../../couch/path.js";
import { isObject, type JsonObject } from "../../text/json.js";
import { readIds } from "../all-docs.js";
import { defineCheck } from "../check.js";
import { difference } from "../compare.js";
import { memberPattern, unknownMember } from "../known-name.js";
import { refusalOf, refused } from "../refusal.js";

interface FilterTest {
  readonly filter: string;
  readonly query?: JsonObject;
  readonly passes: readonly string[];
}

export const filter = defineCheck<FilterTest>({
  name: "filter",
  summary: "The documents that a filter of `_changes` and of replications lets through.",
  properties: {
    filter: {
      type: "string",
      description: "The filter, as `<design document>/<filter>`.",
      pattern: memberPattern,
      examples: ["brood/of-hatchery"],
    },
    query: {
      type: "object",
      description: "The parameters that the function gets as `req.query`, as text.",
      additionalProperties: { type: ["string", "number", "boolean"] },
      propertyNames: { minLength: 1 },
      examples: [{ hatchery: "char" }],
    },
    passes: {
      type: "array",
      description: "The ids of the documents that pass, in any order. Design documents are not compared.",
      items: { type: "string" },
      uniqueItems: true,
      examples: [["ada", "zed"]],
    },
  },

  problems({ filter: named, passes }, set) {
    const problems = unknownMember(named, "filters", "/filter", set);
    const message = "the test expects nothing: add `passes`, a list of ids";
    return passes === undefined ? [...problems, { path: "", code: "no-expectation", message }] : problems;
  },

  async run({ filter: named, query = {}, passes }, context) {
    const database = await context.shared();
    const answer = await context.couch.read(path`/${database}/_changes`, {
      query: {
        ...Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
        filter: named,
      },
      accept: [400, 403, 404, 500],
      keep: false,
    });
    if (refusalOf(answer)) return [refused("/filter", "the filter", answer)];
    const documents = await readIds(context.couch, database);
    const found = idsIn(answer.body).filter((id) => documents.has(id));
    const diff = difference([...passes].sort(), found.sort(), (a, b) => a === b);
    return diff ? [{ path: "/passes", message: "other documents pass", diff }] : [];
  },
});

function idsIn(body: unknown): string[] {
  const results = isObject(body) && Array.isArray(body.results) ? body.results : [];
  return results.filter(isObject).map(({ id }) => String(id));
}
