import { documentsOf } from "../../kinds/traits.js";
import type { Schema } from "../../steps/schema.js";
import type { JsonObject } from "../../text/json.js";
import { didYouMean } from "../../text/nearest.js";
import { readDocs } from "../all-docs.js";
import { defineCheck, type Mismatch } from "../check.js";
import { difference, equals, withoutRevisions } from "../compare.js";

interface TransformTest {
  readonly transform: string;
  readonly becomes?: readonly (JsonObject & { readonly _id: string })[];
  readonly unchanged?: readonly string[];
  readonly deletes?: readonly string[];
}

type Docs = ReadonlyMap<string, JsonObject>;

const ids: Schema = { type: "array", items: { type: "string" }, uniqueItems: true };

export const transform = defineCheck<TransformTest>({
  name: "transform",
  summary: "What a `transformDocuments` step makes of the documents. A second run must change nothing.",
  properties: {
    transform: { type: "string", description: "The id of the step.", minLength: 1, examples: ["count-legs"] },
    becomes: {
      type: "array",
      description: "Documents after the step, each compared as a whole, except `_rev`.",
      items: { type: "object", required: ["_id"], properties: { _id: { type: "string" } } },
      examples: [[{ _id: "ada", type: "zergling", legs: 6 }]],
    },
    unchanged: { ...ids, description: "Ids of documents that the step does not write.", examples: [["overmind"]] },
    deletes: { ...ids, description: "Ids of documents that the step deletes.", examples: [["cocoon-7"]] },
  },

  problems({ transform: id, becomes, unchanged, deletes }, set) {
    const known = set.steps.filter((step) => documentsOf(step) === "all").map((step) => step.id);
    const all = known.length === 0 ? "; they have none" : `; they have ${known.join(", ")}`;
    const unknown = `the migrations have no transformDocuments step \`${id}\` in ${set.database}${didYouMean(id, known, all)}`;
    const problems = known.includes(id) ? [] : [{ path: "/transform", code: "unknown-id", message: unknown }];
    if (becomes ?? unchanged ?? deletes) return problems;
    const nothing = "the test expects nothing: add `becomes`, `unchanged` or `deletes`";
    return [...problems, { path: "", code: "no-expectation", message: nothing }];
  },

  async run(test, context) {
    const step = context.set.steps.find(({ id }) => id === test.transform);
    if (!step) return [];
    const database = await context.withDocuments();
    const before = await readDocs(context.couch, database);
    await context.apply(step, database);
    const after = await readDocs(context.couch, database);
    const mismatches = [...became(test, after), ...unchanged(test, before, after), ...deleted(test, before, after)];
    const again = await context.apply(step, database);
    return again ? [...mismatches, { path: "/transform", message: "a second run writes again" }] : mismatches;
  },
});

function became({ becomes = [] }: TransformTest, after: Docs): Mismatch[] {
  const actual = becomes.flatMap(({ _id }) => after.get(_id) ?? []);
  const diff = difference(becomes, actual, equals, withoutRevisions);
  return diff ? [{ path: "/becomes", message: "the documents differ after the step", diff }] : [];
}

function unchanged({ unchanged: ids = [] }: TransformTest, before: Docs, after: Docs): Mismatch[] {
  return ids.flatMap((id, i) => {
    const at = `/unchanged/${i}`;
    const [old, now] = [before.get(id), after.get(id)];
    if (!old) return [{ path: at, message: `the test has no document ${id}` }];
    if (!now) return [{ path: at, message: `the step deletes ${id}` }];
    if (old._rev === now._rev) return [];
    const diff = difference([withoutRevisions(old)], [now], equals, withoutRevisions);
    return [
      {
        path: at,
        message: diff ? `the step changes ${id}` : `the step writes ${id}, without a change`,
        ...(diff && { diff }),
      },
    ];
  });
}

function deleted({ deletes = [] }: TransformTest, before: Docs, after: Docs): Mismatch[] {
  return deletes.flatMap((id, i) => {
    const at = `/deletes/${i}`;
    if (!before.has(id)) return [{ path: at, message: `the test has no document ${id}` }];
    return after.has(id) ? [{ path: at, message: `the step does not delete ${id}` }] : [];
  });
}
