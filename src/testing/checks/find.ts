import type { Answer } from "../../couch/couch.js";
import { path } from "../../couch/path.js";
import type { Schema } from "../../steps/schema.js";
import { isObject, type JsonObject } from "../../text/json.js";
import { defineCheck, type Mismatch } from "../check.js";
import { difference, equals, withoutRevisions } from "../compare.js";
import { refusalOf, refused } from "../refusal.js";

interface FindTest {
  readonly find: JsonObject;
  readonly finds?: readonly (string | JsonObject)[];
  readonly index?: string;
}

const name: Schema = { type: "string", minLength: 1 };

export const find = defineCheck<FindTest>({
  name: "find",
  summary: "The documents that a Mango query returns, and the index that it uses.",
  properties: {
    find: {
      type: "object",
      description: "The query, as for `_find`. As there, at most 25 documents are returned without a `limit`.",
      required: ["selector"],
      additionalProperties: false,
      properties: {
        selector: { type: "object" },
        sort: { type: "array" },
        fields: { type: "array", items: name },
        limit: { type: "integer", minimum: 0 },
        skip: { type: "integer", minimum: 0 },
        use_index: { anyOf: [name, { type: "array", items: name, minItems: 1 }] },
      },
      examples: [{ selector: { type: "zergling" }, sort: ["hatched"] }],
    },
    finds: {
      type: "array",
      description:
        "The documents, in CouchDB's order: each as its id, or as what is returned of it, which is compared as a whole, except `_rev`.",
      items: { anyOf: [{ type: "string" }, { type: "object" }] },
      examples: [["ada", "zed"]],
    },
    index: {
      type: "string",
      description: "The name of the index that CouchDB uses; `_all_docs` if it uses none.",
      minLength: 1,
      examples: ["by-hatched"],
    },
  },

  problems({ finds, index }) {
    if (finds !== undefined || index !== undefined) return [];
    return [{ path: "", code: "no-expectation", message: "the test expects nothing: add `finds`, or `index`" }];
  },

  async run({ find: body, finds, index }, context) {
    const database = await context.shared();
    const options = { body, accept: [400, 403, 404, 500], keep: false };
    const mismatches: Mismatch[] = [];
    if (finds) mismatches.push(...compare(finds, await context.couch.read(path`/${database}/_find`, options)));
    if (index !== undefined)
      mismatches.push(...compareIndex(index, await context.couch.read(path`/${database}/_explain`, options)));
    return mismatches;
  },
});

function compare(expected: readonly (string | JsonObject)[], answer: Answer): Mismatch[] {
  if (refusalOf(answer)) return [refused("/finds", "the query", answer)];
  const docs = isObject(answer.body) && Array.isArray(answer.body.docs) ? answer.body.docs.filter(isObject) : [];
  const onlyIds = expected.every((one) => typeof one === "string");
  const same = (one: string | JsonObject, doc: JsonObject) =>
    typeof one === "string" ? doc._id === one : equals(one, doc);
  const shown = (doc: JsonObject) => (onlyIds && expected.length > 0 ? doc._id : withoutRevisions(doc));
  const diff = difference(expected, docs, same, shown);
  return diff ? [{ path: "/finds", message: "the documents differ", diff }] : [];
}

function compareIndex(expected: string, answer: Answer): Mismatch[] {
  if (refusalOf(answer)) return [refused("/index", "the query", answer)];
  const index = isObject(answer.body) && isObject(answer.body.index) ? String(answer.body.index.name) : "none";
  if (index === expected) return [];
  return [
    { path: "/index", message: index === "_all_docs" ? "the query uses no index" : `the query uses index ${index}` },
  ];
}
