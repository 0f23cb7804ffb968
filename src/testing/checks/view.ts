import { path } from "../../couch/path.js";
import type { SpecProblem } from "../../steps/kind.js";
import type { Schema } from "../../steps/schema.js";
import { isObject, type JsonObject } from "../../text/json.js";
import { defineCheck, type Mismatch } from "../check.js";
import { difference, has, withoutRevisions } from "../compare.js";
import { memberPattern, splitName, unknownMember } from "../known-name.js";
import { didNotFail, refusalOf, refused } from "../refusal.js";

interface ViewTest {
  readonly view: string;
  readonly query?: JsonObject;
  readonly rows?: readonly Row[];
  readonly error?: string;
}

type Row = Partial<Record<(typeof rowFields)[number], unknown>>;

const rowFields = ["id", "key", "value", "doc"] as const;

const any: Schema = {};
const boolean: Schema = { type: "boolean" };
const count: Schema = { type: "integer", minimum: 0 };
const text: Schema = { type: "string" };

/** As CouchDB has them; `keys` is part of the URL, too. */
const parameters: Readonly<Record<string, Schema>> = {
  key: any,
  keys: { type: "array" },
  startkey: any,
  endkey: any,
  startkey_docid: text,
  endkey_docid: text,
  inclusive_end: boolean,
  descending: boolean,
  limit: count,
  skip: count,
  reduce: boolean,
  group: boolean,
  group_level: count,
  include_docs: boolean,
  partition: text,
};

const jsonParameters = new Set(["key", "keys", "startkey", "endkey"]);

export const view = defineCheck<ViewTest>({
  name: "view",
  summary: "The rows that a view returns for a query.",
  properties: {
    view: {
      type: "string",
      description: "The view, as `<design document>/<view>`.",
      pattern: memberPattern,
      examples: ["brood/by-hatchery"],
    },
    query: {
      type: "object",
      description: "The parameters of the query, as in CouchDB's API. Default: none.",
      additionalProperties: false,
      properties: parameters,
      examples: [{ group: true }, { startkey: ["char"], endkey: ["char", {}], include_docs: true }],
    },
    rows: {
      type: "array",
      description:
        "The rows, in CouchDB's order. Of each row, only the fields that are named here are compared: `id`, `key`, `value` and `doc`.",
      items: {
        type: "object",
        additionalProperties: false,
        minProperties: 1,
        properties: { id: text, key: any, value: any, doc: any },
      },
      examples: [[{ key: "char", value: 2 }]],
    },
    error: {
      type: "string",
      description: "Instead of rows: part of the error that CouchDB returns, for example of a reduce that fails.",
      minLength: 1,
      examples: ["builtin_reduce_error"],
    },
  },

  problems({ view: named, query, rows, error }, set) {
    const problems = [...unknownMember(named, "views", "/view", set), ...keysProblems(query)];
    if (rows === undefined && error === undefined) {
      const message = "the test expects nothing: add `rows`, or `error`";
      return [...problems, { path: "", code: "no-expectation", message }];
    }
    if (rows === undefined || error === undefined) return problems;
    const message = "a query returns rows or an error; remove `error` or `rows`";
    return [...problems, { path: "/error", code: "two-expectations", message }];
  },

  async run({ view: named, query = {}, rows, error }, context) {
    const database = await context.shared();
    const { partition, ...given } = query;
    const [designDoc, name] = splitName(named);
    const below = path`_design/${designDoc}/_view/${name}`;
    const within = partition === undefined ? path`/${database}/` : path`/${database}/_partition/${String(partition)}/`;
    const answer = await context.couch.read(`${within}${below}` as typeof below, {
      query: Object.fromEntries(Object.entries(given).map(asParameter)),
      accept: [400, 404, 500],
      keep: false,
    });
    const failure = refusalOf(answer) ?? failedRow(answer.body);
    if (error !== undefined) return failure ? misses(failure, error) : [didNotFail("/error", "the query")];
    if (refusalOf(answer)) return [refused("/rows", "the query", answer)];
    return compareRows(rows ?? [], rowsIn(answer.body));
  },
});

/** CouchDB documents neither a refusal nor a result, and has one or the other. */
function keysProblems(query: JsonObject = {}): SpecProblem[] {
  const other = ["key", "startkey", "endkey"].find((name) => Object.hasOwn(query, name));
  if (other === undefined || !Object.hasOwn(query, "keys")) return [];
  return [
    {
      path: `/query/${other}`,
      code: "keys-and-range",
      message: `\`keys\` can't be combined with \`${other}\`; remove one`,
    },
  ];
}

function asParameter([name, value]: [string, unknown]): [string, string] {
  return [name, jsonParameters.has(name) ? JSON.stringify(value) : String(value)];
}

function rowsIn(body: unknown): readonly JsonObject[] {
  return isObject(body) && Array.isArray(body.rows) ? body.rows.filter(isObject) : [];
}

/** CouchDB returns an error of a reduce as the value of its row. */
function failedRow(body: unknown): string | undefined {
  const failed = rowsIn(body).find(({ value }) => isObject(value) && typeof value.error === "string");
  return failed && JSON.stringify(failed.value);
}

function misses(failure: string, wanted: string): Mismatch[] {
  return failure.includes(wanted)
    ? []
    : [{ path: "/error", message: `the query fails with another error: ${failure}` }];
}

function compareRows(expected: readonly Row[], actual: readonly JsonObject[]): Mismatch[] {
  const named = new Set(expected.flatMap((row) => Object.keys(row)));
  const shown = (row: JsonObject) =>
    withoutRevisions(
      Object.fromEntries(rowFields.filter((field) => isShown(field, named, row)).map((field) => [field, row[field]])),
    );
  const diff = difference(expected, actual, has, shown);
  return diff ? [{ path: "/rows", message: "the rows differ", diff }] : [];
}

/** If no row is expected, all fields help. */
function isShown(field: string, named: ReadonlySet<string>, row: JsonObject): boolean {
  return Object.hasOwn(row, field) && (named.size === 0 || named.has(field));
}
